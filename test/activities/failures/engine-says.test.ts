import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { classify, classifyText } from '../../../activities/drivers/docker/errors';
import { describeFailure, type Failure } from '../../../src/model/failure';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder, sharedEngine, uniqueName } from '../fixtures';
import { serveBehindLogin } from '../records/registry-fixtures';

/** What is told of failures, by the words that engines have for them: what, where, why, what next. */
const action = { host: 'web-1', doing: 'start container shop' };
const told = (error: Error) => ({
  retried: !(error as ApplicationFailure).nonRetryable,
  ...((error as ApplicationFailure).details?.[0] as Failure),
});

const coded = (code: string) => Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code });

test.each<[string, Error, Partial<Failure> & { retried: boolean }, RegExp]>([
  [
    'no engine',
    classify(coded('ENOENT'), action),
    { kind: 'unreachable', host: 'web-1', retried: true },
    /^start container shop: the engine of web-1 does not answer \(ENOENT\)\. .*docker info/,
  ],
  [
    'no permission on the socket',
    classify(coded('EACCES'), action),
    { kind: 'unauthorised', host: 'web-1', retried: false },
    /^start container shop: the worker has no access to the engine's socket on web-1 \(EACCES\)\. Add its user to the socket's group/,
  ],
  [
    'an image for another platform',
    classifyText('no matching manifest for linux/arm64/v8 in the manifest list entries', action),
    { kind: 'wrong-platform', host: 'web-1', retried: false },
    /not made for that host's processor\. Build it for that platform/,
  ],
  [
    'a port that is taken',
    classifyText(
      'driver failed programming external connectivity: Bind for 0.0.0.0:5432 failed: port is already allocated',
      action,
    ),
    { kind: 'port-taken', host: 'web-1', retried: false },
    /port is already allocated"\. Another process on that host uses the port\. Stop it, or publish another port/,
  ],
  [
    'a wrong password of the registry',
    classifyText('unauthorized: incorrect username or password', action),
    { kind: 'unauthorised', host: 'web-1', retried: false },
    /Check the registry's username and password in windlass\.yaml/,
  ],
  [
    'a network that somebody has joined again, which is said with HTTP 403',
    classifyText('error while removing network: network shop id 4e77 has active endpoints', action, {
      statusCode: 403,
    }),
    { kind: 'conflict', host: 'web-1', retried: true },
    /has active endpoints"\. A container has joined it\. If this persists, find it/,
  ],
  [
    'a push beside another of the same layer',
    classifyText('errors:\nmanifest blob unknown: blob unknown to registry\n', action),
    { kind: 'incomplete', host: 'web-1', retried: true },
    /Another push of the same content may be in progress/,
  ],
  [
    'a full disk',
    classifyText('write /var/lib/docker/tmp/x: no space left on device', action),
    { kind: 'no-space', host: 'web-1', retried: false },
    /Free space on that host \(docker system df/,
  ],
  [
    'what a kernel does not let the runtime do',
    classifyText(
      'failed to create shim: OCI runtime create failed: runc create failed: unable to start container process: unable to apply caps: operation not permitted: unknown',
      action,
      { statusCode: 500 },
    ),
    { kind: 'no-start', host: 'web-1', retried: false },
    /unable to apply caps.* Check the service's capabilities, devices, limits and security options/,
  ],
  [
    'a runtime that was cut off',
    classifyText('OCI runtime create failed: context deadline exceeded', action, { statusCode: 500 }),
    { kind: 'unreachable', host: 'web-1', retried: true },
    /If this persists/,
  ],
])('%s', (_, error, expected, message) => {
  expect(told(error)).toMatchObject(expected);
  expect(told(error).message).toMatch(message);
});

/** As people read it, of real parts. */
const sentence = async (action: Promise<unknown>) => describeFailure(await failureOf(action));
const at = (socket: string) => connectEngine({ name: 'web-1', address: `unix://${socket}` }, { dockerHost: '' });

test('a socket that is not there', async () => {
  expect(await sentence(at('/nowhere/docker.sock').info())).toBe(
    'on web-1: ask the engine for its version: the engine of web-1 does not answer (ENOENT). Check that it is running: docker info',
  );
});

test('a socket that the worker may not use', async () => {
  const socket = join(makeFolder({}), 'docker.sock');
  const server = createServer().listen(socket);
  await new Promise((resolve) => server.once('listening', resolve));
  // Root may use every socket, so for a moment this is nobody.
  const isRoot = process.geteuid!() === 0;
  if (isRoot) process.seteuid!(65_534);
  try {
    expect(await sentence(at(socket).info())).toBe(
      "on web-1: ask the engine for its version: the worker has no access to the engine's socket on web-1 (EACCES). Add its user to the socket's group",
    );
  } finally {
    if (isRoot) process.seteuid!(0);
    server.close();
  }
});

describeWith(['engine', 'registry', 'images'], 'what a real engine says of', () => {
  const engine = sharedEngine();

  test('a wrong password of the registry', async () => {
    const door = await serveBehindLogin(parts().registry.address, 'basic');
    const image = `${door.address}/shop/web@sha256:${'a'.repeat(64)}`;
    const said = await sentence(
      engine.pullImage(image, { username: 'ci', password: 'not-the-one', serveraddress: door.address }),
    );
    expect(said).toMatch(
      /^on local: pull 127\.0\.0\.1:\d+\/shop\/web@sha256:a+: the engine says ".+"\. Check the registry's username and password in windlass\.yaml, their source on the worker, and their permissions\.$/,
    );
    expect(said).not.toContain('not-the-one');
    door.close();
  });

  test('an image that is made for other processors', async () => {
    const { address } = parts().registry;
    const repository = `${address}/${uniqueName('foreign')}`;
    await engine.tagImage(parts().images.base.name, repository, 'here');
    const digest = await engine.pushImage(repository, 'here', undefined);
    const url = `http://${repository.replace('/', '/v2/')}/manifests`;
    const type = 'application/vnd.docker.distribution.manifest.v2+json';
    const { length } = await (await fetch(`${url}/${digest}`, { headers: { accept: type } })).text();
    const platform = { os: 'linux', architecture: 's390x' };
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: list,
      manifests: [{ mediaType: type, digest, size: length, platform }],
    });
    const put = await fetch(`${url}/there`, { method: 'PUT', headers: { 'content-type': list }, body });
    expect(put.status).toBe(201);
    expect(await sentence(engine.pullImage(`${repository}:there`, undefined))).toMatch(
      /^on local: pull .+:there: the engine says "no matching manifest for linux\/.+"\. The image is not made for that host's processor\. Build it for that platform\.$/,
    );
    await engine.removeImage(`${repository}:here`);
  });

  const devices = { Driver: '', Count: 1, Capabilities: [['gpu']] };
  test.each<[string, object, RegExp]>([
    [
      'a group that nobody has',
      { HostConfig: { GroupAdd: ['nobody-has-it'] } },
      /command, entrypoint, user and groups/,
    ],
    ['a user that nobody has', { User: 'nobody-has-it' }, /command, entrypoint, user and groups/],
    ['a device of a driver', { HostConfig: { DeviceRequests: [devices] } }, /lacks the device or its driver/],
    [
      'a device of the host',
      { HostConfig: { Devices: [{ PathOnHost: '/dev/none', PathInContainer: '/dev/x', CgroupPermissions: 'r' }] } },
      /lacks the device or its driver/,
    ],
  ])('%s, which it lacks for good', async (_, config, next) => {
    const name = uniqueName('lacking');
    const make = { name, image: parts().images.base.name, labels: {}, networks: [] };
    try {
      const start = engine
        .createContainer({ ...make, config: { Cmd: ['sleep', '9'], ...config } })
        .then(() => engine.startContainer(name));
      const failure = await failureOf(start);
      expect(failure).toMatchObject({ type: 'Permanent', message: expect.stringMatching(next) });
    } finally {
      await engine.removeContainer(name);
    }
  });

  test('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const name = uniqueName('port');
    const PortBindings = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] };
    const config = { Cmd: ['sleep', '9'], ExposedPorts: { '80/tcp': {} }, HostConfig: { PortBindings } };
    await engine.createContainer({ name, image: parts().images.base.name, labels: {}, config, networks: [] });
    expect(await sentence(engine.startContainer(name))).toMatch(
      /^on local: start container \S+: the engine says ".*\d+.*"\. Another process on that host uses the port\. Stop it, or publish another port\.$/,
    );
    await engine.removeContainer(name);
    taken.close();
  });
});
