import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RegistryConnection } from '../../../activities/drivers/registry/connection';
import { readAddress } from '../../../activities/drivers/registry/address';
import { digestOf, OCI_MANIFEST, putBlob, putManifest } from '../../../activities/drivers/registry/manifests';
import { RegistryDoor } from '../../../lab/faults/registry-door';
import { ask } from '../../../lab/traffic/client';
import { changes, oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import type { Ended } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import { environmentId, oneOffName, releaseId } from '../../../src/model/names';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { sharedEngine, watchProcesses } from '../../activities/fixtures';
import { describeWith, parts } from '../../setup/parts';
import { testServer } from '../../setup/server';
import { containersOf, openTestBed, until } from '../test-bed';

/** Nobody to be asked; what runs on the engine is asked of the engine. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'a cancel really stops', () => {
  const engine = sharedEngine();
  let bed: TestBed;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;
  let first: string;
  let before: { containers: string[]; networks: string[] };
  let processes: Awaited<ReturnType<typeof watchProcesses>>;

  beforeAll(async () => {
    server = await testServer();
    ({ bed, close } = await openTestBed());
    bed.shop.write('windlass.yaml', manifest());
    first = changes.first(bed.shop);
    expect(await release(first)).toMatchObject({ status: 0 });
    before = await look();
    processes = await watchProcesses(engine);
  });
  /** Each begins from what is released. */
  afterEach(() => void execFileSync('git', ['-C', bed.shop.dir, 'checkout', '--quiet', first, '--', '.']));
  afterAll(async () => {
    // A test that failed leaves a command behind, which waits for its release.
    for (const commit of started)
      await server.client.workflow
        .getHandle(releaseId(bed.app, id(commit)))
        .terminate()
        .catch(() => undefined);
    await processes?.stop();
    await close?.();
    await server?.teardown();
  });

  const manifest = (services = 'jobs: { background: true }', soak = '1s', more = '') =>
    oneEnvironment(bed.app, `\n    soak: ${soak}${more}`).replace('jobs: { background: true }', services);
  const started: string[] = [];
  const release = (commit: string) => {
    started.push(commit);
    return bed.windlass.run('release', '--commit', commit, '--by', 'ci@example.com');
  };
  const id = (commit: string) => commit.slice(0, 10);
  const place = () => ({ installation: bed.installation, app: bed.app, environment: 'production' });
  const look = async () => ({ containers: await containersOf(bed), networks: await networksOf(bed) });

  const cancel = (commit: string, reason = 'the wrong one') =>
    bed.windlass.run('cancel', id(commit), '--reason', reason, '--by', 'ci@example.com');

  /** Cancels, a second time meanwhile, and once more when ended: one outcome, and everything is as before. */
  async function cancelAndLook(commit: string, ended: Promise<Ended>): Promise<void> {
    const [one, other] = await Promise.all([cancel(commit), pause(50).then(() => cancel(commit, 'me too'))]);
    // Whichever comes second is told that it has ended, if it has.
    expect([5, 2]).toEqual(expect.arrayContaining([one.status, other.status]));
    expect([one.status, other.status]).toContain(5);
    const { status, stdout } = await ended;
    expect({ status, stdout }).toMatchObject({ status: 5, stdout: expect.stringMatching(/the wrong one|me too/) });
    expect(await look()).toEqual(before);
    expect(await cancel(commit)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is nothing to cancel'),
    });
    expect(await look()).toEqual(before);
    expect(await ask(bed.production)).toBe('Today: bread (version 1)');
    const state = server.client.workflow
      .getHandle(environmentId(bed.app, 'production'))
      .query<EnvironmentState>('state');
    expect(await state).toMatchObject({ current: { release: id(first) }, queue: [] });
  }

  it('a build', async () => {
    const seconds = processes.long();
    bed.shop.edit('web/Dockerfile', /$/, `\nRUN sleep ${seconds}\n`);
    const commit = bed.shop.commit('Build for very long');
    const ended = release(commit);
    await until(() => processes.sleepsFor(seconds));
    await cancelAndLook(commit, ended);
    await until(async () => !(await processes.sleepsFor(seconds)));
  });

  it('a pull, which the engine gives up', async () => {
    const door = await RegistryDoor.open(parts().registry.address);
    try {
      door.become('drips');
      const image = `${door.address}/${await pushUnknownImage(`${bed.app}/slow`)}`;
      bed.shop.edit('docker-compose.yml', / {2}jobs:\n {4}build:\n(?: {6}.*\n)+/, `  jobs:\n    image: ${image}\n`);
      const commit = bed.shop.commit('Pull for very long');
      const ended = release(commit);
      await until(async () => door.dripping > 0);
      await cancelAndLook(commit, ended);
      await until(async () => door.dripping === 0);
      expect(door.givenUp).toBeGreaterThan(0);
      expect(await engine.imageId(image)).toBeUndefined();
    } finally {
      door.close();
    }
  });

  it('a command that runs once, which is taken back', async () => {
    const seconds = processes.long();
    const command = `{ command: [sleep, '${seconds}'], undo: [sh, -c, 'echo taken back'] }`;
    bed.shop.write('windlass.yaml', manifest(`jobs: { background: true, before: [${command}] }`));
    const commit = bed.shop.commit('Prepare for very long');
    const ended = release(commit);
    await until(() => processes.sleepsFor(seconds));
    const name = oneOffName(place(), id(commit), 'jobs', 'before-0');
    expect((await engine.inspectContainer(name))?.state).toBe('running');
    await cancelAndLook(commit, ended);
    expect(await processes.sleepsFor(seconds)).toBe(false);
    const entries = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    const [entry] = entries.filter((one) => one.kind === 'rollout-ended' && one.release === id(commit));
    expect(entry?.undone).toContainEqual(expect.stringMatching(/jobs/));
  });

  it('a verification, with what it runs', async () => {
    const seconds = processes.long();
    const verify = `\n    verify: [{ run: { service: api, command: [sleep, '${seconds}'], within: 1h } }]`;
    bed.shop.write('windlass.yaml', manifest(undefined, '1h', verify));
    bed.shop.setVariable('VERSION', '2');
    const commit = bed.shop.commit('Verify for very long');
    const ended = release(commit);
    await until(() => processes.sleepsFor(seconds));
    expect(await ask(bed.production)).toBe('Today: bread (version 2)');
    await cancelAndLook(commit, ended);
    expect(await processes.sleepsFor(seconds)).toBe(false);
  });
});

/** The networks of the application, as the engine says it. */
async function networksOf({ installation, app }: TestBed): Promise<string[]> {
  const filters = { label: [`${installation}.app=${app}`] };
  const networks = await clientOf(parts().engine.host).listNetworks({ filters });
  return networks.map(({ Name }) => Name).sort();
}

/** `repository@digest` of an image whose layer no engine has. It is never had whole, so what is in the layer does not matter. */
async function pushUnknownImage(repository: string): Promise<string> {
  const connection = new RegistryConnection(readAddress(parts().registry.address), undefined);
  const put = async (mediaType: string, bytes: Buffer) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: await putBlob(connection, repository, bytes),
    size: bytes.length,
  });
  const bytes = randomBytes(64 * 1024);
  const rootfs = { type: 'layers', diff_ids: [digestOf(bytes)] };
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const layers = [await put('layer.v1.tar', bytes)];
  const whole = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: await put('config.v1+json', config), layers };
  const manifest = Buffer.from(JSON.stringify(whole));
  await putManifest(connection, repository, digestOf(manifest), { bytes: manifest, mediaType: OCI_MANIFEST });
  return `${repository}@${digestOf(manifest)}`;
}
