import { randomUUID } from 'node:crypto';
import { ask } from '../../../lab/traffic/client';
import { changes, oneEnvironment } from '../../../lab/shop';
import type { TestBed } from '../../../lab/test-bed';
import { type Ended, Windlass } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import { freePort } from '../../../parts/run/ports';
import { environmentId, instanceName, releaseId, rolloutId } from '../../../src/model/names';
import { shortHash } from '../../../src/model/approval/plan-hash';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { describeWith, parts } from '../../setup/parts';
import { testServer } from '../../setup/server';
import {
  APPROVER,
  containersOf,
  openTestBed,
  serving,
  type ReleaseProgress,
  type RolloutProgress,
  until,
} from '../test-bed';

/** One environment behind an approval: the way to the gate is short. */
const manifest = (app: string, soak: string) =>
  oneEnvironment(app, `\n    approval: { from: [${APPROVER}] }\n    soak: ${soak}`);

/** What a person can do to a release on its way, by the installed program. Each begins with the first release in production. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the gates of a release', () => {
  let bed: TestBed;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;
  let first: string;
  let version = 1;
  const commits: string[] = [];
  /** What runs of it. */
  let asFirst: string[];

  beforeAll(async () => {
    server = await testServer();
    ({ bed, close } = await openTestBed());
    bed.shop.write('windlass.yaml', manifest(bed.app, '1s'));
    first = changes.first(bed.shop);
  });
  beforeEach(async () => {
    await serving(bed, first);
    asFirst = await containersOf(bed);
  });
  afterAll(async () => {
    // A test that failed leaves a command behind, which waits for its release.
    for (const commit of commits)
      await handle(commit)
        .terminate()
        .catch(() => undefined);
    await close?.();
    await server?.teardown();
  });

  /** A version of its own; one that soaks for minutes cannot be committed by accident. */
  function newCommit(soak: '5m' | '3s'): string {
    bed.shop.setVariable('VERSION', String((version += 1)));
    bed.shop.write('windlass.yaml', manifest(bed.app, soak));
    commits.push(bed.shop.commit(`Version ${version}`));
    return commits.at(-1)!;
  }
  const windlass = (...args: string[]) => bed.windlass.run(...args);
  const release = (commit: string) => windlass('release', '--commit', commit, '--by', 'ci@example.com');
  const id = (commit: string) => commit.slice(0, 10);
  const handle = (commit: string) => server.client.workflow.getHandle(releaseId(bed.app, id(commit)));
  const progress = (commit: string) => handle(commit).query<ReleaseProgress>('progress');
  const environment = () =>
    server.client.workflow.getHandle(environmentId(bed.app, 'production')).query<EnvironmentState>('state');
  const rollout = () => server.client.workflow.getHandle(rolloutId(bed.app, 'production'));
  const page = () => ask(bed.production);
  const say = ({ stdout, stderr }: Ended) => stdout + stderr;

  /** Starts a release and waits until it asks for approval; `ended` is what its command comes to. */
  async function waiting(commit: string): Promise<{ plan: string; ended: Promise<Ended> }> {
    const ended = release(commit);
    let plan = '';
    await until(async () => {
      const { status, waitingFor } = await progress(commit);
      if (status === 'running' && waitingFor?.kind === 'approval') plan = waitingFor.plan;
      return plan !== '';
    });
    return { plan, ended };
  }
  const approve = (commit: string, plan: string, by = APPROVER) =>
    windlass('approve', id(commit), 'production', '--plan', plan, '--by', by);

  async function expectNothingChanged(): Promise<void> {
    expect(await containersOf(bed)).toEqual(asFirst);
    expect(await page()).toBe('Today: bread (version 1)');
    expect((await environment()).current?.release).toBe(id(first));
  }

  it('the same commit again joins it; who is not listed cannot approve it; a rejection ends it for all who follow it', async () => {
    const waits = newCommit('5m');
    const { plan, ended } = await waiting(waits);
    const { runId } = await handle(waits).describe();
    const joined = release(waits);
    const also = await windlass('release', '--commit', waits, '--until', 'awaiting-approval', '--json');
    expect(also).toMatchObject({ status: 0, stdout: expect.stringContaining('"how": "joined"') });
    expect((await handle(waits).describe()).runId).toBe(runId);

    const refused = await approve(waits, plan, 'somebody@example.com');
    expect(say(refused)).toMatch(/somebody@example.com may not decide about production/);
    expect(refused.status).toBe(2);
    expect((await progress(waits)).waitingFor).toMatchObject({ kind: 'approval', decisions: [] });

    const why = `the wrong day ${randomUUID()}`;
    const rejected = await windlass('reject', id(waits), 'production', '--reason', why, '--by', APPROVER);
    expect(rejected).toMatchObject({ status: 0 });
    for (const one of await Promise.all([ended, joined])) {
      expect(say(one)).toContain(`${APPROVER} rejected production: ${why}`);
      expect(one.status).toBe(4);
    }
    await expectNothingChanged();
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    expect(ledger[0]).toMatchObject({ kind: 'decision', what: 'rejected', by: APPROVER, reason: why });
  });

  it('one that ended without success is tried again, and cancelled while it waits', async () => {
    const waits = newCommit('5m');
    const cancel = () => windlass('cancel', id(waits), '--reason', 'not needed', '--by', 'ci@example.com');
    const before = await waiting(waits);
    expect((await cancel()).status).toBe(5);
    expect((await before.ended).status).toBe(5);
    const { ended } = await waiting(waits);
    expect((await cancel()).status).toBe(5);
    expect((await ended).stderr).toMatch(/did not succeed before; trying again/);
    expect((await ended).stdout).toMatch(/cancelled by ci@example.com: not needed/);
    expect((await ended).status).toBe(5);
    await expectNothingChanged();
  });

  it('an approval does not count when an instance was replaced by hand since; cancelled in the soak, all is undone', async () => {
    const second = newCommit('5m');
    const { plan, ended } = await waiting(second);
    const [before, after] = await replaceByHand('web');
    expect(after).not.toBe(before);
    asFirst = await containersOf(bed);

    const refused = await approve(second, plan);
    const { waitingFor } = await progress(second);
    const now = waitingFor?.kind === 'approval' ? waitingFor.plan : '';
    expect([now, plan]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.not.stringMatching(now)]);
    for (const word of [shortHash(plan), shortHash(now), before, after]) expect(say(refused)).toContain(word);
    expect(refused.status).toBe(2);
    await expectNothingChanged();

    expect(await approve(second, now)).toMatchObject({ status: 0 });
    await until(async () => {
      const { release: to, steps } = await rollout().query<RolloutProgress>('progress');
      const soaks = Object.entries(steps).some(
        ([step, { state }]) => step.startsWith('soak: watch') && state === 'running',
      );
      return to === id(second) && soaks;
    });
    expect(await page()).toBe(`Today: bread (version ${version})`);
    const cancelled = await windlass('cancel', id(second), '--reason', 'too dear', '--by', 'ci@example.com');
    expect([cancelled.status, (await ended).status]).toEqual([5, 5]);
    await expectNothingChanged();
    const ledger = await bed.windlass.read<LedgerEntry[]>('history', 'production');
    const undone = ledger.find(({ kind }) => kind === 'rollout-ended');
    expect(undone).toMatchObject({ release: id(second), undone: expect.arrayContaining([expect.anything()]) });
  });

  it('a freeze holds what has not begun and what runs, and a thaw lets both go', async () => {
    const freeze = (reason: string) => windlass('freeze', 'production', '--reason', reason, '--by', APPROVER);
    const thaw = () => windlass('thaw', 'production', '--by', APPROVER);
    try {
      expect(await freeze('the sale')).toMatchObject({ status: 0 });
      expect(say(await freeze('the sale again'))).toMatch(/is already frozen.*the sale/);

      const held = newCommit('3s');
      const { plan, ended } = await waiting(held);
      expect(await approve(held, plan)).toMatchObject({ status: 0 });
      await until(async () => (await progress(held)).waitingFor?.kind === 'queue');
      expect(await environment()).toMatchObject({ queue: [{ kind: 'release' }], frozen: { reason: 'the sale' } });
      expect((await environment()).running).toBeUndefined();
      await expectNothingChanged();

      expect(await thaw()).toMatchObject({ status: 0 });
      expect(await freeze('a power cut')).toMatchObject({ status: 0 });
      await until(async () => (await rollout().describe()).searchAttributes['WindlassState']?.[0] === 'frozen');
      expect(await rollout().query('progress')).toMatchObject({ release: id(held), held: `${APPROVER}: a power cut` });
      expect((await environment()).current?.release).toBe(id(first));

      expect(await thaw()).toMatchObject({ status: 0 });
      expect(say(await thaw())).toContain('is not frozen');
      expect(await ended).toMatchObject({ status: 0 });
      expect((await environment()).current?.release).toBe(id(held));
      expect(await page()).toBe(`Today: bread (version ${version})`);
    } finally {
      await thaw();
    }
  });

  it('--again makes another release of a commit that is done, and a rollback that names none goes to the one before', async () => {
    const third = newCommit('3s');
    await serving(bed, third);
    const again = ['release', '--commit', third, '--again', '--until', 'awaiting-approval', '--json'];
    const { status, stdout } = await windlass(...again);
    const started = JSON.parse(stdout) as { release: string };
    expect({ status, ...started }).toMatchObject({
      status: 'awaiting-approval',
      release: expect.stringMatching(new RegExp(`^${id(third)}-\\d+$`)) as string,
      how: 'started',
    });
    expect(status).toBe(0);
    expect((await progress(third)).status).toBe('done');
    expect(await windlass('cancel', started.release, '--reason', 'only tried')).toMatchObject({ status: 5 });
    expect(await windlass('rollback', 'production', '--by', APPROVER)).toMatchObject({ status: 0 });
    expect(await page()).toBe('Today: bread (version 1)');
    expect((await environment()).current?.release).toBe(id(first));
  });

  it('a manifest that is wrong in the commit is refused, by file, line and column', async () => {
    bed.shop.write('windlass.yaml', manifest(bed.app, 'soon'));
    const wrong = bed.shop.commit('Be vague');
    const ended = await release(wrong);
    expect(say(ended)).toMatch(/windlass\.yaml:12:\d+ environments\.production\.soak: /);
    expect(ended.status).toBe(2);
    expect((await progress(wrong)).stages.map(({ name, state }) => `${name} ${state}`)).toEqual(['source failed']);
    expect((await environment()).current?.release).toBe(id(first));
  });

  it('what is wrong in a line, a manifest or a compose file touches neither engine, registry nor Temporal', async () => {
    const before = await everything();
    const lines = [
      ['release', '--commit', 'nowhere'],
      ['release', '--image', 'web=shop/web:latest'],
      ['approve', id(first), 'nowhere', '--plan', '0123456789ab'],
      ['rollback', 'nowhere'],
      ['rollback', 'production', 'nowhere', '--by', APPROVER],
      ['freeze', 'nowhere', '--reason', 'sale'],
      ['resolve', 'production', 'ignore', '--reason', 'no'],
      ['cancel', id(first), '--reason', 'too late'],
      ['eject', 'nowhere', '--yes'],
    ];
    for (const line of lines) {
      const ended = await windlass(...line);
      expect({ line, status: ended.status, said: say(ended) }).toEqual({
        line,
        status: 2,
        said: expect.stringMatching(/^windlass: /m),
      });
    }
    const wrong: [file: string, before: string | RegExp, after: string, says: RegExp][] = [
      [
        'windlass.yaml',
        /hosts: .*/,
        'hosts: [no where]',
        /windlass\.yaml:\d+:\d+ environments\.production\.hosts\[0\]: /,
      ],
      ['windlass.yaml', 'service: web', 'service: wep', /windlass\.yaml:\d+:\d+ .*: .*wep/],
      ['docker-compose.yml', 'init: true', 'initt: true', /docker-compose\.yml:\d+:\d+ .*initt/],
      ['docker-compose.yml', 'context: ./web', 'context: ../web', /docker-compose\.yml:\d+:\d+ .*: /],
    ];
    for (const [file, right, bad, says] of wrong) {
      bed.shop.write('windlass.yaml', manifest(bed.app, '3s'));
      bed.shop.edit(file, right, bad);
      const ended = await release(bed.shop.commit(`Write ${bad}`));
      expect({ bad, status: ended.status, said: say(ended) }).toEqual({
        bad,
        status: 2,
        said: expect.stringMatching(says),
      });
      bed.shop.edit(file, bad, typeof right === 'string' ? right : 'hosts: [local]');
    }
    expect(await everything()).toEqual(before);
  });

  it('where Temporal cannot be reached, every command says so', async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    const lost = new Windlass(
      { ...bed.variables, TEMPORAL_ADDRESS: nowhere },
      bed.shop.dir,
      bed.windlass.log,
      () => undefined,
    );
    lost.program = bed.windlass.program;
    const commands = [['release', '--commit', first], ['status'], ['approve', id(first), '--yes']];
    const all = await Promise.all(commands.map((args) => lost.run(...args)));
    for (const { status, stderr } of all)
      expect({ status, stderr }).toEqual({
        status: 7,
        stderr: expect.stringContaining(`Cannot reach Temporal at ${nowhere}`),
      });
  });

  /** All that there is on the engine and in the registry, and how far the workflows of the environment have come. */
  async function everything() {
    const engine = clientOf(parts().engine.host);
    const images = await engine.listImages({ all: true });
    const { Volumes: volumes } = await engine.listVolumes();
    const networks = await engine.listNetworks();
    const { registry } = parts();
    const catalog = (await (await fetch(`http://${registry.address}/v2/_catalog?n=1000`)).json()) as {
      repositories: string[];
    };
    const repositories = catalog.repositories.filter((name) => name.startsWith(`${bed.app}`));
    const tags = repositories.map(
      async (name) => await (await fetch(`http://${registry.address}/v2/${name}/tags/list`)).json(),
    );
    const workflows = [environmentId(bed.app, 'production'), rolloutId(bed.app, 'production')].map(async (one) => {
      const { runId, historyLength, status } = await server.client.workflow.getHandle(one).describe();
      return { one, runId, historyLength, status: status.name };
    });
    return {
      containers: await containersOf(bed),
      networks: networks
        .map(({ Name }) => Name)
        .filter((name) => name.startsWith(bed.installation))
        .sort(),
      volumes: volumes
        .map(({ Name }) => Name)
        .filter((name) => name.includes(bed.app))
        .sort(),
      images: images
        .flatMap(({ RepoTags }) => RepoTags ?? [])
        .filter((name) => name.includes(bed.app))
        .sort(),
      tags: await Promise.all(tags),
      workflows: await Promise.all(workflows),
    };
  }

  /** Removes an instance of the current release and makes the same again, as somebody might on the host. Returns both ids. */
  async function replaceByHand(service: string): Promise<[string, string]> {
    const place = { installation: bed.installation, app: bed.app, environment: 'production' };
    const name = instanceName(place, id(first), service);
    const engine = clientOf(parts().engine.host);
    const { Id, Config, HostConfig, NetworkSettings } = await engine.getContainer(name).inspect();
    const networks = Object.entries(NetworkSettings.Networks);
    expect(networks).toHaveLength(1);
    const EndpointsConfig = Object.fromEntries(
      networks.map(([network, { Aliases }]) => [
        network,
        { Aliases: Aliases?.filter((a: string) => !Id.startsWith(a)) },
      ]),
    );
    await engine.getContainer(name).remove({ force: true });
    const made = await engine.createContainer({
      ...Config,
      name,
      Hostname: undefined,
      HostConfig,
      NetworkingConfig: { EndpointsConfig },
    });
    await made.start();
    await until(async () => (await page()) === 'Today: bread (version 1)');
    return [Id.slice(0, 12), made.id.slice(0, 12)];
  }
});
