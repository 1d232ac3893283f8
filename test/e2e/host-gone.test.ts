import { renameSync } from 'node:fs';
import { Wire } from '../../chaos/wire';
import { sendRequests } from '../../demo/client';
import type { Shop } from '../../demo/shop';
import type { Ended, Windlass } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import type { TestHost, TestHosts } from '../../parts/hosts';
import type { EnvironmentState } from '../../src/model/environment';
import type { LedgerEntry } from '../../src/model/ledger';
import { rolloutId } from '../../src/model/names';
import { describeWith, parts } from '../setup/parts';
import { HostStand, routesOf, said, until } from './stand';

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

/** Two hosts over SSH, one of which goes away before anything is planned, or on the way; act after act. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'hosts'], 'a host that is gone', () => {
  let stand: HostStand;
  let hosts: TestHosts;
  let [a, b]: TestHost[] = [];
  let app: string;
  let windlass: Windlass;
  let shop: Shop;
  let wire: Wire;

  const commit = (version: string) => stand.commit(version);
  const release = (sha: string) => stand.release(sha);
  const resolve = (subject: string, answer: string) =>
    windlass.run('resolve', subject, answer, '--reason', 'its power supply is being replaced', '--by', OPS);
  const pages = () => Promise.all([a!, b!].map(stand.page));
  const environment = async () =>
    (await windlass.read<{ environments: EnvironmentState[] }>('status')).environments[0]!;
  const containers = async (host: TestHost) =>
    (await clientOf(host.engine).listContainers({ all: true })).map(({ Id, State }) => `${Id} ${State}`).sort();

  /** As when its disk is gone: the host answers, its engine does not. */
  const socketOf = (host: TestHost) => host.engine.replace('unix://', '');
  const loseEngine = (host: TestHost) => renameSync(socketOf(host), `${socketOf(host)}.gone`);
  const findEngine = (host: TestHost) => renameSync(`${socketOf(host)}.gone`, socketOf(host));

  beforeAll(async () => {
    wire = await Wire.open(parts().temporal.address);
    stand = await HostStand.open(2, { TEMPORAL_ADDRESS: wire.address });
    ({ hosts, app, windlass, shop } = stand);
    [a, b] = hosts.all;
    for (const [file, text] of Object.entries(files(parts().images.base.name))) shop.write(file, text);
    shop.write('windlass.yaml', manifest(app, hosts.all));
    expect(await release(commit('one'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['one', 'one']);
  });
  afterAll(async () => {
    await stand?.close();
    wire?.close();
  });

  it('with its engine: the release asks, goes on without it, and says so', async () => {
    const before = await containers(b!);
    loseEngine(b!);
    const second = commit('two');
    const asks = await release(second);
    expect(asks.status).toBe(6);
    for (const words of [
      `asks one of ${OPS} about "plan: look at ${b!.ip}"`,
      `on ${b!.ip}: root@${b!.ip}:22 opens no way to the engine's socket`,
      `exclude-host: go on without ${b!.ip}: it stays as it is`,
      'retry: look at the host once more',
      'rollback: end here: nothing has been done yet',
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
    expect(said(await windlass.run('status'))).toContain(`${b!.ip} is left out by ${OPS}: its power supply`);
    findEngine(b!);
    expect(await containers(b!)).toEqual(before);
  });

  it('is brought level by the next release when it is back', async () => {
    expect(await release(commit('three'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['three', 'three']);
    expect((await environment()).excluded).toEqual([]);
  });

  it('with its SSH: the release asks before anybody approves, and ends without a touch when it is told to', async () => {
    shop.write('windlass.yaml', manifest(app, hosts.all, `    approval: { from: [${OPS}] }\n`));
    const fourth = commit('four');
    await b!.cutSsh();
    const before = await Promise.all([a!, b!].map(containers));
    const asks = await release(fourth);
    expect(asks.status).toBe(6);
    expect(said(asks)).toContain(`asks one of ${OPS} about "plan: look at ${b!.ip}"`);
    expect(said(asks)).toContain(`windlass resolve ${fourth.slice(0, 10)} rollback --app ${app}`);
    expect(await resolve('production', 'rollback')).toMatchObject({ status: 0 });
    await until(async () => (await windlass.progress(fourth)).status === 'failed');
    expect((await windlass.progress(fourth)).failure).toMatchObject({ host: b!.ip });
    expect(await Promise.all([a!, b!].map(containers))).toEqual(before);
    expect(await pages()).toEqual(['three', 'three']);
  });

  it('with its SSH: a rollback asks, goes back without it, and the host follows when it is back', async () => {
    const asks = await windlass.run('rollback', 'production', '--by', OPS);
    expect(asks.status).toBe(6);
    expect(said(asks)).toContain(`about "plan: look at ${b!.ip}"`);
    expect(await resolve('production', 'exclude-host')).toMatchObject({ status: 0 });
    await until(async () => (await pages()).join() === 'two,three');
    const ledger = await windlass.read<LedgerEntry[]>('history', 'production');
    const answers = ledger.filter(({ kind }) => kind === 'resolved').map(({ what }) => what);
    expect(answers).toContain(`exclude-host: plan: look at ${b!.ip}`);
    await b!.mendSsh();
    // A host that is left out is looked for a few seconds only, some of which pass until it is called again.
    await until(
      async () => !said(await windlass.run('status', 'production', '--observed')).includes('does not answer'),
    );
    shop.write('windlass.yaml', manifest(app, hosts.all));
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
    await b!.cutSsh();
    isCut = true;
    met.letGo();
  };
  let isCut = false;
  const mend = async () => {
    wire.patienceMs = undefined;
    wire.forget();
    if (isCut) await b!.mendSsh();
    isCut = false;
  };
  afterEach(mend);
  const mendAndRetry = async () => {
    await mend();
    expect(await resolve('production', 'retry')).toMatchObject({ status: 0 });
  };
  /** What each host answered meanwhile; no request failed. */
  const underLoad = async (deed: () => Promise<void>) => {
    const clients = [a!, b!].map((host) => sendRequests(stand.targetOf(host), 50));
    const stop = () => Promise.all(clients.map((client) => client.stop()));
    await deed().catch(async (error) => {
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
      const asks = await releaseCut(sixth, 'switchRoutes', 'startInstance');
      expect({ status: asks.status, said: said(asks) }).toMatchObject({ status: 6 });
      expect(said(asks)).toContain(`about "switch: switch routes to ${sixth.slice(0, 10)} on ${b!.ip}"`);
      expect(said(asks)).toContain('retry: do the step once more');
      // Each host serves a whole release meanwhile.
      expect(await pages()).toEqual(['six', before]);
      await mendAndRetry();
      expect(await release(sixth)).toMatchObject({ status: 0 });
    });
    for (const host of answers) expect(new Set(host)).toEqual(new Set([before, 'six']));
    expect(await pages()).toEqual(['six', 'six']);
  });

  it('with its SSH, in prepare, for longer than it is tried: no traffic is touched, and retry takes all back', async () => {
    shop.write('windlass.yaml', manifest(app, hosts.all));
    const lookAtBoth = () =>
      Promise.all([a!, b!].flatMap((host) => [containers(host), routesOf(host.engine, stand.installation)]));
    const [before, [page]] = [await lookAtBoth(), await pages()];
    const seventh = commit('seven');
    const answers = await underLoad(async () => {
      const asks = await releaseCut(seventh, 'startInstance', 'createNetworks');
      expect({ status: asks.status, said: said(asks) }).toMatchObject({ status: 6 });
      expect(said(asks)).toMatch(new RegExp(`about "prepare: start web .* on ${b!.ip}"`));
      expect(said(asks)).toContain('retry: undo the step once more');
      await mendAndRetry();
      await until(async () => (await windlass.progress(seventh)).status === 'failed');
    });
    expect(answers).toEqual([[page], [page]]);
    expect(await lookAtBoth()).toEqual(before);
  });
});
