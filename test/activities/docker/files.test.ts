import { mkdirSync, rmSync } from 'node:fs';
import { checkHost } from '../../../activities/targets/docker/host/check-host';
import { loadFile } from '../../../activities/records/files';
import { createRecordActivities } from '../../../activities/records/records';
import { readManifest } from '../../../activities/source/read-manifest';
import { instanceName, oneOffName } from '../../../src/model/names';
import type { Draft } from '../../../src/manifest/record/record';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder, uniqueName } from '../fixtures';
import { LOCAL, makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { settings } from '../source/fixture';
import { temporaryFolder } from '../../setup/temporary';

describeWith(['engine', 'images'], 'what a container is given before it starts', () => {
  let bed: TestBed;
  const FILES = [
    { target: '/etc/app/app.conf', mode: 0o644, from: 'app.conf', digest: 'sha256:1' },
    { target: '/run/secrets/token', mode: 0o440, uid: 5, gid: 6, text: 'is {{secret:TOKEN}}' },
  ];
  const secrets = { TOKEN: { env: 'WLTEST_FILES_TOKEN' } };
  const nameOf = (release: string) => instanceName(bed.place, release, 'web');
  const read = async (release: string) =>
    (await bed.engine.exec(nameOf(release), ['sh', '-c', 'cat /etc/app/app.conf; echo; cat /run/secrets/token']))
      .stdout;

  beforeAll(async () => {
    process.env['WLTEST_FILES_TOKEN'] = 'token-0815';
    bed = await makeTestBed();
  });
  afterAll(() => bed.cleanUp());

  test('files of the release, with secrets that are read then; the specification has references', async () => {
    bed.release('r1', { services: [service('web', { files: FILES })], secrets });
    await bed.perform('createNetworks', { release: 'r1' });
    await bed.perform('startInstances', { service: 'web', release: 'r1', count: 1 });
    expect(await read('r1')).toBe('content of app.conf\nis token-0815');
    const { stdout } = await bed.engine.exec(nameOf('r1'), ['ls', '-ln', '/run/secrets/token']);
    expect(stdout).toMatch(/^-r--r-----\s+1 5\s+6\s/);
  });

  test.each(['1000:1000', '1000', 'nobody', '0:7', undefined])(
    'as user %s, they belong to whom they are to, and the engine looks for nobody',
    async (user) => {
      const release = `u${(user ?? 'none').replace(':', '-')}`;
      bed.release(release, {
        services: [service('web', { files: FILES, command: ['sleep', '100'], ...(user && { user }) })],
        secrets,
      });
      await bed.perform('createNetworks', { release });
      await bed.perform('startInstances', { service: 'web', release, count: 1 });
      const command = ['stat', '-c', '%u:%g %a', '/run/secrets/token', '/etc/app/app.conf'];
      expect((await bed.engine.exec(nameOf(release), command)).stdout).toBe('5:6 440\n0:0 644\n');
    },
  );

  test('an attempt that ended between making and starting is gone on with', async () => {
    bed.release('r2', { services: [service('web', { files: FILES })], secrets });
    await bed.perform('createNetworks', { release: 'r2' });
    const { startContainer, putFiles } = bed.engine;
    bed.engine.putFiles = () => Promise.reject(new Error('the worker was killed'));
    await expect(bed.perform('startInstances', { service: 'web', release: 'r2', count: 1 })).rejects.toThrow('killed');
    expect(await bed.engine.inspectContainer(nameOf('r2'))).toMatchObject({ state: 'created' });
    Object.assign(bed.engine, { startContainer, putFiles });
    await bed.perform('startInstances', { service: 'web', release: 'r2', count: 1 });
    expect(await read('r2')).toBe('content of app.conf\nis token-0815');
  });

  test('a service that others wait for runs once, with its files, and a retry finds how it ended', async () => {
    const once = { kind: 'one-off' as const, before: [{ command: [] }] };
    const command = ['sh', '-c', 'grep -q 0815 /run/secrets/token && cat /proc/sys/kernel/random/uuid'];
    bed.release('r3', { services: [service('migrate', { files: FILES, command }, once)], secrets });
    await bed.perform('createNetworks', { release: 'r3' });
    const run = () => bed.perform('runOneOff', { service: 'migrate', release: 'r3', index: 0 });
    const said = () => bed.engine.logs(oneOffName(bed.place, 'r3', 'migrate', 'before-0'), 1_000);
    await run();
    const first = await said();
    expect(first).toMatch(/^[0-9a-f-]{36}$/m);
    await run();
    expect(await said()).toBe(first);
  });

  test('a path that the host lacks is found before anything is made', async () => {
    const folder = temporaryFolder();
    expect(await bed.engine.hasPath(folder)).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await bed.engine.hasPath(folder)).toBe(false);
    const ref = bed.release('r4', {
      services: [service('web', { mounts: [{ type: 'bind', source: folder, target: '/data' }] })],
    });
    expect(await failureOf(bed.perform('pullImage', { service: 'web', release: 'r4' }))).toMatchObject({
      type: 'Permanent',
      kind: 'no-such-path',
      message: expect.stringContaining(`web mounts ${folder}, which does not exist on this host`),
    });
    const { app, registry, environments } = await bed.deps.loadRecord(ref);
    const environment = environments[0]!;
    const check = () => checkHost(bed.deps, { app, environment, host: LOCAL, registry });
    expect(await check()).toMatchObject({
      ok: false,
      found: {
        paths: {
          ok: false,
          what: `web mounts ${folder}, which does not exist on this host. Create it there, or mount something else`,
        },
      },
    });
    mkdirSync(folder);
    expect((await check()).found.paths).toEqual({ ok: true, what: 'there' });
    rmSync(folder, { recursive: true });
  });
});

describeWith(['registry', 'compose'], 'files of a release', () => {
  test('are read from the commit, and kept with its record by their digest', async () => {
    const app = uniqueName('files');
    const registry = { address: `${parts().registry.address}/team` };
    const folder = makeFolder({
      'docker-compose.yml':
        'services:\n  web: { image: a, volumes: ["./app.conf:/etc/app.conf"], configs: [said], secrets: [token] }\n' +
        'configs: { said: { content: "hello" } }\nsecrets: { token: { file: ./token.txt } }\n',
      'windlass.yaml': `app: ${app}\nenvironments: { staging: { hosts: [local], secrets: { token: { env: T } } } }\n`,
      'app.conf': 'listen 80\n',
    });
    const { draft, problems } = await readManifest(folder, settings());
    expect(problems).toEqual([]);
    const { files = [] } = draft!.environments[0]!.services[0]!.container;
    expect(files).toEqual([
      { target: '/etc/app.conf', mode: 0o644, from: 'app.conf', digest: expect.stringMatching(/^sha256:/) },
      { target: '/said', mode: 0o444, text: 'hello' },
      { target: '/run/secrets/token', mode: 0o444, text: '{{secret:token}}' },
    ]);
    // What is in Temporal's history says nothing of a file's content.
    expect(JSON.stringify(draft)).not.toContain('listen 80');
    const whole: Draft = {
      ...draft!,
      registry,
      source: { url: '/nowhere', commit: 'abc' },
      commit: { sha: 'abc', author: 'Ann', subject: 'A change', at: '2030-01-01T00:00:00Z' },
    };
    const { storeRelease } = createRecordActivities({
      settings: { installation: 'windlass', data: '/nowhere', ledgerKeys: [] },
      checkout: () => Promise.resolve(folder),
    });
    const artifacts = { web: { image: `a@sha256:${'1'.repeat(64)}`, origin: 'resolved' as const } };
    const input = { draft: whole, release: 'abc', artifacts, startedBy: 'ann', createdAt: '2030-01-01T00:00:00Z' };
    const { record } = await storeRelease(input);
    expect((await loadFile(record, files[0]!)).toString()).toBe('listen 80\n');
    const lost = { ...files[0]!, digest: `sha256:${'0'.repeat(64)}` };
    expect(await failureOf(loadFile(record, lost))).toMatchObject({ type: 'Permanent', kind: 'no-file' });
  });
});
