import { randomUUID } from 'node:crypto';
import { ask } from '../../demo/client';
import { changes, oneEnvironment } from '../../demo/shop';
import type { Stage } from '../../demo/stage';
import { type Ended, Windlass } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import { freePort } from '../../parts/ports';
import { environmentId, instanceName, releaseId, rolloutId } from '../../src/model/names';
import type { EnvironmentState } from '../../src/model/environment';
import type { LedgerEntry } from '../../src/model/ledger';
import { describeWith, parts } from '../setup/parts';
import { testServer } from '../setup/server';
import { APPROVER, containersOf, openStand, promote, type ReleaseProgress, type RolloutProgress, until } from './stand';

/** One environment behind an approval: the way to the gate is short. */
const manifest = (app: string, soak: string) =>
  oneEnvironment(app, `\n    approval: { from: [${APPROVER}] }\n    soak: ${soak}`);

/** What a person can do to a release on its way, by the installed program; act after act on one stage. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'node'], 'the gates of a release', () => {
  let stage: Stage;
  let close: () => Promise<void>;
  let server: Awaited<ReturnType<typeof testServer>>;
  let first: string;
  /** One that soaks for so long that it cannot be committed by accident. */
  let second: string;
  let third: string;
  let asFirst: string[];

  beforeAll(async () => {
    server = await testServer();
    ({ stage, close } = await openStand());
    stage.shop.write('windlass.yaml', manifest(stage.app, '1s'));
    first = changes.first(stage.shop);
    expect(await promote(stage, first)).toMatchObject({ status: 0 });
    asFirst = await containersOf(stage);
    stage.shop.setVariable('VERSION', '2');
    stage.shop.write('windlass.yaml', manifest(stage.app, '5m'));
    second = stage.shop.commit('Think about it for long');
    stage.shop.setVariable('VERSION', '3');
    stage.shop.write('windlass.yaml', manifest(stage.app, '3s'));
    third = stage.shop.commit('Get on with it');
  });
  afterAll(async () => {
    // A test that failed leaves a command behind, which waits for its release.
    for (const commit of [second, third])
      await handle(commit)
        .terminate()
        .catch(() => undefined);
    await close?.();
    await server?.teardown();
  });

  const windlass = (...args: string[]) => stage.windlass.run(...args);
  const release = (commit: string) => windlass('release', '--commit', commit, '--by', 'ci@example.com');
  const id = (commit: string) => commit.slice(0, 10);
  const handle = (commit: string) => server.client.workflow.getHandle(releaseId(stage.app, id(commit)));
  const progress = (commit: string) => handle(commit).query<ReleaseProgress>('progress');
  const environment = () =>
    server.client.workflow.getHandle(environmentId(stage.app, 'production')).query<EnvironmentState>('state');
  const rollout = () => server.client.workflow.getHandle(rolloutId(stage.app, 'production'));
  const page = () => ask(stage.production);
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
    expect(await containersOf(stage)).toEqual(asFirst);
    expect(await page()).toBe('Today: bread (version 1)');
    expect((await environment()).current?.release).toBe(id(first));
  }

  describe('while one waits for approval', () => {
    let waits: Awaited<ReturnType<typeof waiting>>;
    let joined: Promise<Ended>;
    beforeAll(async () => void (waits = await waiting(second)));

    it('the same commit again joins it', async () => {
      const { runId } = await handle(second).describe();
      joined = release(second);
      const also = await windlass('release', '--commit', second, '--until', 'awaiting-approval', '--json');
      expect(also).toMatchObject({ status: 0, stdout: expect.stringContaining('"how": "joined"') });
      expect((await handle(second).describe()).runId).toBe(runId);
    });

    it('who is not listed cannot approve it', async () => {
      const said = await approve(second, waits.plan, 'somebody@example.com');
      expect(say(said)).toMatch(/somebody@example.com is not among those who may decide on production/);
      expect(said.status).toBe(2);
      expect((await progress(second)).waitingFor).toMatchObject({ kind: 'approval', decisions: [] });
    });

    it('a rejection ends it with its reason, for all who follow it', async () => {
      const why = `the wrong day ${randomUUID()}`;
      const said = await windlass('reject', id(second), 'production', '--reason', why, '--by', APPROVER);
      expect(said).toMatchObject({ status: 0 });
      for (const ended of await Promise.all([waits.ended, joined])) {
        expect(say(ended)).toContain(`${APPROVER} rejected production: ${why}`);
        expect(ended.status).toBe(4);
      }
      await expectNothingChanged();
      const ledger = await stage.windlass.read<LedgerEntry[]>('history', 'production');
      expect(ledger[0]).toMatchObject({ kind: 'decision', what: 'rejected', by: APPROVER, reason: why });
    });
  });

  it('one that ended without success is tried again, and cancelled while it waits', async () => {
    const { ended } = await waiting(second);
    const cancelled = await windlass('cancel', id(second), '--reason', 'not needed', '--by', 'ci@example.com');
    expect(cancelled.status).toBe(5);
    expect((await ended).stderr).toMatch(/ended without success before: trying again/);
    expect((await ended).stdout).toMatch(/cancelled by ci@example.com: not needed/);
    expect((await ended).status).toBe(5);
    await expectNothingChanged();
  });

  it('an approval does not count when an instance was replaced by hand since; cancelled in the soak, all is undone', async () => {
    const { plan, ended } = await waiting(second);
    const [before, after] = await replaceByHand('web');
    expect(after).not.toBe(before);
    asFirst = await containersOf(stage);

    const refused = await approve(second, plan);
    const { waitingFor } = await progress(second);
    const now = waitingFor?.kind === 'approval' ? waitingFor.plan : '';
    expect([now, plan]).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), expect.not.stringMatching(now)]);
    for (const word of [plan, now, before, after]) expect(say(refused)).toContain(word);
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
    expect(await page()).toBe('Today: bread (version 2)');
    const cancelled = await windlass('cancel', id(second), '--reason', 'too dear', '--by', 'ci@example.com');
    expect([cancelled.status, (await ended).status]).toEqual([5, 5]);
    await expectNothingChanged();
    const ledger = await stage.windlass.read<LedgerEntry[]>('history', 'production');
    const undone = ledger.find(({ kind }) => kind === 'rollout-ended');
    expect(undone).toMatchObject({ release: id(second), undone: expect.arrayContaining([expect.anything()]) });
  });

  it('a freeze holds what has not begun and what runs, and a thaw lets both go', async () => {
    const freeze = (reason: string) => windlass('freeze', 'production', '--reason', reason, '--by', APPROVER);
    const thaw = () => windlass('thaw', 'production', '--by', APPROVER);
    expect(await freeze('the sale')).toMatchObject({ status: 0 });
    expect(say(await freeze('the sale again'))).toMatch(/is frozen already.*the sale/);

    const { plan, ended } = await waiting(third);
    expect(await approve(third, plan)).toMatchObject({ status: 0 });
    await until(async () => (await progress(third)).waitingFor?.kind === 'queue');
    expect(await environment()).toMatchObject({ queue: [{ kind: 'release' }], frozen: { reason: 'the sale' } });
    expect((await environment()).running).toBeUndefined();
    await expectNothingChanged();

    expect(await thaw()).toMatchObject({ status: 0 });
    expect(await freeze('a power cut')).toMatchObject({ status: 0 });
    await until(async () => (await rollout().describe()).searchAttributes['WindlassState']?.[0] === 'frozen');
    expect(await rollout().query('progress')).toMatchObject({ release: id(third), held: `${APPROVER}: a power cut` });
    expect((await environment()).current?.release).toBe(id(first));

    expect(await thaw()).toMatchObject({ status: 0 });
    expect(say(await thaw())).toContain('is not frozen');
    expect(await ended).toMatchObject({ status: 0 });
    expect((await environment()).current?.release).toBe(id(third));
    expect(await page()).toBe('Today: bread (version 3)');
  });

  it('a rollback that names no release goes to the one before', async () => {
    expect(await windlass('rollback', 'production', '--by', APPROVER)).toMatchObject({ status: 0 });
    expect(await page()).toBe('Today: bread (version 1)');
    expect((await environment()).current?.release).toBe(id(first));
  });

  it('--again makes another release of a commit that is done', async () => {
    const again = ['release', '--commit', third, '--again', '--until', 'awaiting-approval', '--json'];
    const { status, stdout } = await windlass(...again);
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({
      status: 'awaiting-approval',
      release: `${id(third)}-2`,
      how: 'started',
    });
    expect(status).toBe(0);
    expect((await progress(third)).status).toBe('done');
    expect(await windlass('cancel', `${id(third)}-2`, '--reason', 'only tried')).toMatchObject({ status: 5 });
  });

  it('a manifest that is wrong in the commit is refused, by file, line and column', async () => {
    stage.shop.edit('windlass.yaml', 'soak: 3s', 'soak: soon');
    const wrong = stage.shop.commit('Be vague');
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
      stage.shop.write('windlass.yaml', manifest(stage.app, '3s'));
      stage.shop.edit(file, right, bad);
      const ended = await release(stage.shop.commit(`Write ${bad}`));
      expect({ bad, status: ended.status, said: say(ended) }).toEqual({
        bad,
        status: 2,
        said: expect.stringMatching(says),
      });
      stage.shop.edit(file, bad, typeof right === 'string' ? right : 'hosts: [local]');
    }
    expect(await everything()).toEqual(before);
  });

  it('where Temporal is not reached, every command says so', async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    const lost = new Windlass(
      { ...stage.variables, TEMPORAL_ADDRESS: nowhere },
      stage.shop.dir,
      stage.windlass.log,
      () => undefined,
    );
    lost.program = stage.windlass.program;
    const commands = [['release', '--commit', first], ['status'], ['approve', id(first), '--yes']];
    const all = await Promise.all(commands.map((args) => lost.run(...args)));
    for (const { status, stderr } of all)
      expect({ status, stderr }).toEqual({ status: 7, stderr: expect.stringContaining(`not reached at ${nowhere}`) });
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
    const repositories = catalog.repositories.filter((name) => name.startsWith(`${stage.app}`));
    const tags = repositories.map(
      async (name) => await (await fetch(`http://${registry.address}/v2/${name}/tags/list`)).json(),
    );
    const workflows = [environmentId(stage.app, 'production'), rolloutId(stage.app, 'production')].map(async (one) => {
      const { runId, historyLength, status } = await server.client.workflow.getHandle(one).describe();
      return { one, runId, historyLength, status: status.name };
    });
    return {
      containers: await containersOf(stage),
      networks: networks
        .map(({ Name }) => Name)
        .filter((name) => name.startsWith(stage.installation))
        .sort(),
      volumes: volumes
        .map(({ Name }) => Name)
        .filter((name) => name.includes(stage.app))
        .sort(),
      images: images
        .flatMap(({ RepoTags }) => RepoTags ?? [])
        .filter((name) => name.includes(stage.app))
        .sort(),
      tags: await Promise.all(tags),
      workflows: await Promise.all(workflows),
    };
  }

  /** Removes an instance of the current release and makes the same again, as somebody might on the host. Returns both ids. */
  async function replaceByHand(service: string): Promise<[string, string]> {
    const place = { installation: stage.installation, app: stage.app, environment: 'production' };
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
