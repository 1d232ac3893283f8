import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp } from '../../demo/cleanup';
import { ask } from '../../demo/client';
import { Shop } from '../../demo/shop';
import { type Ended, Windlass, workerVariables } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import { startHosts, type TestHost, type TestHosts } from '../../parts/hosts';
import type { EnvironmentState } from '../../src/model/environment';
import type { LedgerEntry } from '../../src/model/ledger';
import { describeWith, parts } from '../setup/parts';
import { until } from './stand';

const OPS = 'ops@example.com';

const files = (base: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'docker-compose.yml': 'services: { web: { build: ., expose: ["80"] } }\n',
});
const manifest = (app: string, hosts: TestHost[], approval = '') => `app: ${app}
environments:
  production:
    hosts: [${hosts.map(({ address }) => address).join(', ')}]
    routes: [{ service: web, host: shop.localhost }]
    operators: [${OPS}]
    soak: 1s
${approval}`;

/** Two hosts over SSH, one of which goes away before anything is planned; act after act. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'hosts'], 'a host that is gone', () => {
  const app = `shop${randomBytes(2).toString('hex')}`;
  const installation = `windlass-${randomBytes(3).toString('hex')}`;
  const dir = mkdtempSync(join(tmpdir(), 'windlass e2e '));
  let hosts: TestHosts;
  let [a, b]: TestHost[] = [];
  let windlass: Windlass;
  let shop: Shop;

  const commit = (version: string) => {
    shop.write('www/index.html', version);
    return shop.commit(version);
  };
  const release = (sha: string) => windlass.run('release', '--commit', sha, '--by', 'ci@example.com');
  const resolve = (subject: string, answer: string) =>
    windlass.run('resolve', subject, answer, '--reason', 'its power supply is being replaced', '--by', OPS);
  const pages = () =>
    Promise.all(
      [a!, b!].map(({ ip }) => ask({ address: `${ip}:80`, host: 'shop.localhost' }).then((page) => page.trim())),
    );
  const environment = async () =>
    (await windlass.read<{ environments: EnvironmentState[] }>('status')).environments[0]!;
  const said = ({ stdout, stderr }: Ended) => stdout + stderr;
  const containers = async (host: TestHost) =>
    (await clientOf(host.engine).listContainers({ all: true })).map(({ Id, State }) => `${Id} ${State}`).sort();

  /** As when its disk is gone: the host answers, its engine does not. */
  const socketOf = (host: TestHost) => host.engine.replace('unix://', '');
  const loseEngine = (host: TestHost) => renameSync(socketOf(host), `${socketOf(host)}.gone`);
  const findEngine = (host: TestHost) => renameSync(`${socketOf(host)}.gone`, socketOf(host));

  beforeAll(async () => {
    const { engine, registry, images } = parts();
    hosts = await startHosts(2, { engine, registry, images: [images.base.name, images.proxy.name] });
    [a, b] = hosts.all;
    shop = Shop.start(join(dir, 'shop'));
    for (const [file, text] of Object.entries(files(images.base.name))) shop.write(file, text);
    shop.write('windlass.yaml', manifest(app, hosts.all));
    const variables = { ...workerVariables(parts(), { installation, dir, http: '80' }), ...hosts.variables };
    windlass = new Windlass(variables, shop.dir, join(dir, 'worker.log'), () => undefined);
    await windlass.startWorker();
    expect(await release(commit('one'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['one', 'one']);
  }, 180_000);

  afterAll(async () => {
    await windlass?.stop();
    await cleanUp(parts().engine.host, installation, [`${parts().registry.address}/${app}`]);
    await hosts?.stop();
    rmSync(dir, { recursive: true, force: true });
  }, 120_000);

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
    shop.write('windlass.yaml', manifest(app, hosts.all));
    expect(await release(commit('five'))).toMatchObject({ status: 0 });
    expect(await pages()).toEqual(['five', 'five']);
    expect((await environment()).excluded).toEqual([]);
  });
});
