import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { inClusterAccess } from '../../../activities/drivers/kubernetes/in-cluster';
import { readKubeconfig } from '../../../activities/drivers/kubernetes/kubeconfig';
import { refuseProgram } from '../../../activities/secrets/secret-sources';
import { temporaryFolder } from '../../setup/temporary';
import { failureOf, makeFolder } from '../fixtures';

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Config {
  cluster?: object;
  user?: object;
  context?: object;
  more?: object;
}

const configOf = ({ cluster = {}, user = { token: 'of-ada' }, context = {}, more = {} }: Config = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443', ...cluster } }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
  'current-context': 'x',
  ...more,
});

/** Reads a kubeconfig with this content; `env` is the worker's. */
const read = (config: object | string, env: Record<string, string> = {}, context?: string) => {
  const folder = makeFolder({ config: typeof config === 'string' ? config : stringify(config), token: 'of-a-file\n' });
  return readKubeconfig(
    { kubeconfig: join(folder, 'config'), ...(context !== undefined && { context }) },
    { env, refuseProgram: (command) => refuseProgram(command, env) },
  );
};

const why = async (config: object | string, env?: Record<string, string>, context?: string) => {
  const { type, kind, message } = await failureOf(read(config, env, context));
  expect({ type, kind }).toEqual({ type: 'Permanent', kind: 'bad-kubeconfig' });
  return message.replace(/\/\S*windlass test \S+\//g, '');
};

describe('a kubeconfig', () => {
  test('says the cluster, the login and the namespace of its current context', async () => {
    const found = await read(
      configOf({
        cluster: { 'certificate-authority-data': base64('AUTHORITY'), 'tls-server-name': 'kubernetes' },
        user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
        context: { namespace: 'shop' },
      }),
    );
    expect(found.server.href).toBe('https://api.test:6443/');
    expect(found).toMatchObject({
      namespace: 'shop',
      tls: { ca: 'AUTHORITY', cert: 'CERT', key: 'KEY', servername: 'kubernetes' },
    });
  });

  test('has paths that start at its own folder', async () => {
    const { token, renewToken } = await read(configOf({ user: { tokenFile: 'token' } }));
    expect([token, await renewToken!()]).toEqual(['of-a-file', 'of-a-file']);
  });

  test('is read in the context that is asked for', async () => {
    const more = { contexts: [{ name: 'other', context: { cluster: 'c', namespace: 'there' } }] };
    expect(await read(configOf({ more }), {}, 'other')).toMatchObject({ namespace: 'there', token: undefined });
  });

  test('may be several files: the first that says something counts', async () => {
    const folder = makeFolder({
      one: stringify({ ...configOf(), users: [] }),
      two: stringify(configOf({ user: { token: 'of-two' }, cluster: { server: 'https://elsewhere.test' } })),
    });
    const env = { KUBECONFIG: [join(folder, 'one'), join(folder, 'nowhere'), join(folder, 'two')].join(':') };
    const found = await readKubeconfig({}, { env, refuseProgram: async () => 'no' });
    expect([found.server.host, found.token]).toEqual(['api.test:6443', 'of-two']);
  });

  test.each<[string, object | string, string]>([
    ['it is no YAML', 'a: [', 'kubeconfig config: it is no YAML. Expected a kubeconfig'],
    [
      'something in it is of another form',
      { clusters: 'c' },
      'clusters: Invalid input: expected array, received string',
    ],
    ['it has no context', configOf({ more: { 'current-context': '' } }), 'it has no current-context. Name one'],
    ['its context names nothing', configOf({ more: { users: [] } }), 'users has no u. Expected one of: none'],
    ['a file is missing', configOf({ user: { tokenFile: 'gone' } }), 'tokenFile: the worker cannot read gone (ENOENT)'],
    [
      'it has no TLS',
      configOf({ cluster: { server: 'http://api.test' } }),
      'Expected https, for the login is sent there',
    ],
    [
      'it would trust anybody',
      configOf({ cluster: { 'insecure-skip-tls-verify': true } }),
      "insecure-skip-tls-verify would send the worker's login to anyone who answers there. Remove it",
    ],
    ['it goes through a proxy', configOf({ cluster: { 'proxy-url': 'http://p.test' } }), 'proxy-url'],
    ['it has a password', configOf({ user: { username: 'ada', password: 'x' } }), 'username is not supported'],
    ['it acts as somebody else', configOf({ user: { token: 't', as: 'root' } }), 'as is not supported'],
  ])('is refused when %s', async (_, config, expected) => expect(await why(config)).toContain(expected));

  test('never shows a login in what it says', async () => {
    const text = `${stringify(configOf({ user: { token: 'HIDDEN' } }))}\n  token: HIDDEN: [`;
    expect(await why(text)).not.toContain('HIDDEN');
  });

  test('that is not there says where it was looked for', async () => {
    const reading = readKubeconfig({}, { env: { HOME: '/nowhere' }, refuseProgram: async () => undefined });
    expect((await failureOf(reading)).message).toContain(
      'kubeconfig /nowhere/.kube/config: the worker has no such file',
    );
  });
});

describe('a program that logs in', () => {
  const folder = temporaryFolder();
  const runs = join(folder, 'runs');
  const plugin = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\necho run >> "${runs}"\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
    return join(folder, name);
  };
  const API = 'client.authentication.k8s.io/v1';
  const execOf = (command: string, more: object = {}) =>
    configOf({ user: { exec: { apiVersion: API, command, interactiveMode: 'Never', ...more } } });
  const prints = (credential: object) => `echo '${JSON.stringify({ kind: 'ExecCredential', status: credential })}'`;

  test('runs only where the worker may run it', async () => {
    const command = plugin('any', prints({ token: 't' }));
    expect(await why(execOf(command))).toContain(`the worker may not run`);
    expect(await read(execOf(command), { WINDLASS_SECRET_COMMANDS: command })).toMatchObject({ token: 't' });
  });

  test('is told the cluster and its own variables, and asked again only for a new login', async () => {
    const command = plugin(
      'told',
      `printf '{"status":{"token":"%s"}}' "$REGION-$1-$(echo "$KUBERNETES_EXEC_INFO" | tr -dc a-z)"`,
    );
    const config = execOf(command, {
      args: ['shop'],
      env: [{ name: 'REGION', value: 'north' }],
      provideClusterInfo: true,
    });
    const env = { WINDLASS_SECRET_COMMANDS: command, PATH: process.env['PATH']! };
    const before = readRuns(runs);
    const { token, renewToken } = await read(config, env);
    expect(token).toMatch(/^north-shop-.*serverhttpsapitest/);
    expect((await read(config, env)).token).toBe(token);
    expect(readRuns(runs) - before).toBe(1);
    expect(await renewToken!()).toBe(token);
    expect(readRuns(runs) - before).toBe(2);
  });

  test('may give a certificate instead of a token', async () => {
    const command = plugin('cert', prints({ clientCertificateData: 'CERT', clientKeyData: 'KEY' }));
    const found = await read(execOf(command), { WINDLASS_SECRET_COMMANDS: command });
    expect(found).toMatchObject({ tls: { cert: 'CERT', key: 'KEY' }, token: undefined });
  });

  test.each([
    ['fails', 'echo HIDDEN; exit 3', 'ended with exit status 3'],
    ['prints something else', 'echo HIDDEN', 'it prints no JSON'],
    ['gives no login', 'echo "{}"', 'its answer has neither a token nor a certificate'],
  ])('that %s is said, without its output', async (name, script, expected) => {
    const command = plugin(name.replaceAll(' ', '-'), script);
    const said = await why(execOf(command), { WINDLASS_SECRET_COMMANDS: command });
    expect(said).toContain(expected);
    expect(said).not.toContain('HIDDEN');
  });
});

const readRuns = (file: string): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);

describe('the cluster that the worker runs in', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

  test('is known by the files of its service account', async () => {
    const folder = makeFolder({ token: 'of-a-pod', 'ca.crt': 'AUTHORITY', namespace: 'shop\n' });
    const found = await inClusterAccess(env, folder);
    expect(found).toMatchObject({ namespace: 'shop', tls: { ca: 'AUTHORITY' }, token: 'of-a-pod' });
    expect(found.server.href).toBe('https://[fd00::1]:6443/');
    writeFileSync(join(folder, 'token'), 'replaced');
    expect(await found.renewToken!()).toBe('replaced');
  });

  test.each([
    ['it is none', {}],
    ['its pod has no account', env],
  ])('is not there where %s', async (_, variables) => {
    const { message } = await failureOf(inClusterAccess(variables, '/nowhere'));
    expect(message).toContain('the worker does not run in a pod with a service account. Use a kubeconfig');
  });
});
