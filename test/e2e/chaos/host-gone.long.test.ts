import { existsSync, renameSync } from 'node:fs';
import { Wire } from '../../../lab/faults/wire';
import { sendRequests } from '../../../lab/traffic/client';
import type { Shop } from '../../../lab/shop';
import type { Ended, Windlass } from '../../../lab/windlass';
import { clientOf } from '../../../parts/server/engine-client';
import type { TestHost, TestHosts } from '../../../parts/host/hosts';
import type { EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { rolloutId } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { HostsTestBed, routesOf, said, serving, until } from '../test-bed';

const OPS = 'ops@example.com';

const files = (base: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'docker-compose.yml': 'services: { web: { build: ., expose: ["80"] } }\n',
});
const manifest = (app: string, hosts: TestHost[], more = '') => `app: ${app}
environments:
  production:
    hosts: [${hosts.map(({ address }) => address).join(', ')}]
    routes: [{ service: web, host: shop.localhost }]
    operators: [${OPS}]
    soak: 1s
${more}`;

/** Two hosts over SSH, one of which goes away before anything is planned, or on the way. Each begins with one release on both. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'hosts'], 'a host that is gone', () => {
  let bed: HostsTestBed;
  let hosts: TestHosts;
  let [a, b]: TestHost[] = [];
  let app: string;
  let windlass: Windlass;
  let shop: Shop;
  let wire: Wire;
  let one: string;

  const commit = (version: string) => bed.commit(version);
  const release = (sha: string) => bed.release(sha);
  const resolve = (subject: string, answer: string) =>
    windlass.run('resolve', subject, answer, '--reason', 'its power supply is being replaced', '--by', OPS);
  const pages = () => Promise.all([a!, b!].map(bed.page));
  const environment = async () =>
    (await windlass.read<{ environments: EnvironmentState[] }>('status')).environments[0]!;
  const containers = async (host: TestHost) =>
    (await clientOf(host.engine).listContainers({ all: true })).map(({ Id, State }) => `${Id} ${State}`).sort();

  let isCut = false;
  const cut = async () => {
    await b!.cutSsh();
    isCut = true;
  };
  /** All that a test broke. */
  const mend = async () => {
    wire.patienceMs = undefined;
    wire.forget();
    if (isCut) await b!.mendSsh();
    isCut = false;
    if (existsSync(`${socketOf(b!)}.gone`)) findEngine(b!);
  };

  /** As when its disk is gone: the host answers, its engine does not. */
  const socketOf = (host: TestHost) => host.engine.replace('unix://', '');
  const loseEngine = (host: TestHost) => renameSync(socketOf(host), `${socketOf(host)}.gone`);
  const findEngine = (host: TestHost) => renameSync(`${socketOf(host)}.gone`, socketOf(host));

  beforeAll(async () => {
    wire = await Wire.open(parts().temporal.address);
    bed = await HostsTestBed.open(2, { TEMPORAL_ADDRESS: wire.address });
    ({ hosts, app, windlass, shop } = bed);
    [a, b] = hosts.all;
    for (const [file, text] of Object.entries(files(parts().images.base.name))) shop.write(file, text);
    shop.write('windlass.yaml', manifest(app, hosts.all));
    one = commit('one');
  });
  beforeEach(async () => {
    shop.write('windlass.yaml', manifest(app, hosts.all));
    await serving(bed, one, OPS);
    expect(await pages()).toEqual(['one', 'one']);
  });
  afterEach(async () => await mend());
  afterAll(async () => {
    await bed?.close();
    wire?.close();
  });

  it('with its engine: the release asks, goes on without it and says so, and the next one brings the host level', async () => {
    const before = await containers(b!);
    loseEngine(b!);
    const second = commit('two');
    const asks = await release(second);
    expect(asks.status).toBe(6);
    for (const words of [
      `asks one of ${OPS} about "plan: look at ${b!.ip}"`,
      `on ${b!.ip}: root@${b!.ip}:22 cannot connect to the engine's socket`,
      `exclude-host: continue without ${b!.ip}: it keeps what it runs`,
      `retry: try ${b!.ip} again`,
      'rollback: end here; nothing has been changed',
      `windlass resolve production exclude-host --app ${app} --reason '…'`,
    ]) {
      expect(said(asks)).toContain(words);
      expect(said(await windlass.run('status', second.slice(0, 10)))).toContain(words);
    }
    expect(await pages()).toEqual(['one', 'one']);
    expect(await resolve('production', 'exclude-host')).toMatchObject({ status: 0 });
    expect(await release(second)).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['two', 'one']);
    expect((await environment()).excluded).toMatchObject([{ host: b!.ip, by: OPS }]);
    expect(said(await windlass.run('status'))).toContain(`${b!.ip} excluded by ${OPS}: its power supply`);
    findEngine(b!);
    expect(await containers(b!)).toEqual(before);
    expect(await release(commit('three'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['three', 'three']);
    expect((await environment()).excluded).toEqual([]);
  });

  it('with its SSH: the release asks before anybody approves, and ends without a touch when it is told to', async () => {
    shop.write('windlass.yaml', manifest(app, hosts.all, `    approval: { from: [${OPS}] }\n`));
    const fourth = commit('four');
    await cut();
    const before = await Promise.all([a!, b!].map(containers));
    const asks = await release(fourth);
    expect(asks.status).toBe(6);
    expect(said(asks)).toContain(`asks one of ${OPS} about "plan: look at ${b!.ip}"`);
    expect(said(asks)).toContain(`windlass resolve ${fourth.slice(0, 10)} rollback --app ${app}`);
    expect(await resolve('production', 'rollback')).toMatchObject({ status: 0 });
    await until(async () => (await windlass.progress(fourth)).status === 'failed');
    expect((await windlass.progress(fourth)).failure).toMatchObject({ host: b!.ip });
    expect(await Promise.all([a!, b!].map(containers))).toEqual(before);
    expect(await pages()).toEqual(['one', 'one']);
  });

  it('with its SSH: a rollback asks, goes back without it, and the host follows when it is back', async () => {
    expect(await release(commit('two'))).toMatchObject({ status: 0 });
    await cut();
    const asks = await windlass.run('rollback', 'production', '--by', OPS);
    expect(asks.status).toBe(6);
    expect(said(asks)).toContain(`about "plan: look at ${b!.ip}"`);
    expect(await resolve('production', 'exclude-host')).toMatchObject({ status: 0 });
    await until(async () => (await pages()).join() === 'one,two');
    const ledger = await windlass.read<LedgerEntry[]>('history', 'production');
    const answers = ledger.filter(({ kind }) => kind === 'resolved').map(({ what }) => what);
    expect(answers).toContain(`exclude-host: plan: look at ${b!.ip}`);
    await mend();
    // A host that is left out is looked for a few seconds only, some of which pass until it is called again.
    await until(
      async () => !said(await windlass.run('status', 'production', '--observed')).includes('does not answer'),
    );
    expect(await release(commit('five'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['five', 'five']);
    expect((await environment()).excluded).toEqual([]);
  });

  /** On the way of a release its SSH is cut when an operation is scheduled, and what is tried from `after` on is given up after seconds, not minutes. */
  const releaseCut = async (sha: string, operation: string, after: string): Promise<Ended> => {
    const ended = release(sha);
    await Promise.race([cutAt(operation, after), ended]);
    return await ended;
  };
  const cutAt = async (operation: string, after: string) => {
    const workflowId = rolloutId(app, 'production');
    await wire.meet({ workflowId, operation: after, point: 'completed' });
    wire.patienceMs = 12_000;
    const met = await wire.meet({ workflowId, operation, point: 'scheduled' });
    await cut();
    met.letGo();
  };
  const mendAndRetry = async () => {
    await mend();
    expect(await resolve('production', 'retry')).toMatchObject({ status: 0 });
  };
  /** What each host answered meanwhile; no request failed. */
  const underLoad = async (action: () => Promise<void>) => {
    const clients = [a!, b!].map((host) => sendRequests(bed.targetOf(host), 50));
    const stop = () => Promise.all(clients.map((client) => client.stop()));
    await action().catch(async (error) => {
      await stop();
      throw error;
    });
    const reports = await stop();
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
    return reports.map(({ answers }) => Object.keys(answers));
  };

  it('with its SSH, in the switch, for longer than it is tried: the release asks, and retry ends it new', async () => {
    shop.write('windlass.yaml', manifest(app, hosts.all, '    onFailure: ask\n'));
    const [before] = await pages();
    const sixth = commit('six');
    const answers = await underLoad(async () => {
      const asks = await releaseCut(sixth, 'switchRoutes', 'startInstances');
      expect({ status: asks.status, said: said(asks) }).toMatchObject({ status: 6 });
      expect(said(asks)).toContain(`about "switch: switch routes to ${sixth.slice(0, 10)} on ${b!.ip}"`);
      expect(said(asks)).toContain('retry: repeat the step');
      // Each host serves a whole release meanwhile.
      expect(await pages()).toEqual(['six', before]);
      await mendAndRetry();
      expect(await release(sixth)).toMatchObject({ status: 0 });
    });
    for (const host of answers) expect(new Set(host)).toEqual(new Set([before, 'six']));
    expect(await pages()).toEqual(['six', 'six']);
  });

  it('with its SSH, in prepare, for longer than it is tried: no traffic is touched, and retry takes all back', async () => {
    const lookAtBoth = () =>
      Promise.all([a!, b!].flatMap((host) => [containers(host), routesOf(host.engine, bed.installation)]));
    const [before, [page]] = [await lookAtBoth(), await pages()];
    const seventh = commit('seven');
    const answers = await underLoad(async () => {
      const asks = await releaseCut(seventh, 'startInstances', 'createNetworks');
      expect({ status: asks.status, said: said(asks) }).toMatchObject({ status: 6 });
      expect(said(asks)).toMatch(new RegExp(`about "prepare: start web .* on ${b!.ip}"`));
      expect(said(asks)).toContain('retry: repeat the undo');
      await mendAndRetry();
      await until(async () => (await windlass.progress(seventh)).status === 'failed');
    });
    expect(answers).toEqual([[page], [page]]);
    expect(await lookAtBoth()).toEqual(before);
  });
});
