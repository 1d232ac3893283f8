import { appendFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { connectEngine } from '../../activities/drivers/docker/connect';
import type { CheckReport, Inspection } from '../../activities/types';
import { ask, sendRequests } from '../../demo/client';
import type { Shop } from '../../demo/shop';
import type { Windlass } from '../../demo/windlass';
import { clientOf } from '../../parts/engine-client';
import type { TestHost, TestHosts } from '../../parts/hosts';
import type { EnvironmentState } from '../../src/model/environment';
import { describeWith, parts } from '../setup/parts';
import { HostStand, routesOf, said, until } from './stand';

/** Answers with its version and calls the store by name; as version three it is ill on a host where somebody listens on a port. */
const FILES = (base: string, store: string) => ({
  Dockerfile: `FROM ${base}\nCOPY www /www\nCOPY check.sh /\nCMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]\n`,
  'check.sh': `#!/bin/sh
gateway=$(ip route | awk '/default/ { print $3 }')
# only this release minds
[ "$(cat /www/index.html)" = three ] && nc -w 1 "$gateway" "$1" < /dev/null && exit 1
wget -q -O - http://store:8000/ | grep -q kept
`,
  'docker-compose.yml': `services:
  web:
    build: .
    expose: ["80"]
    depends_on: [store]
    healthcheck: { test: [CMD, sh, /check.sh, "7701"] }
  jobs:
    build: .
    command: [sh, -c, "trap 'exit 0' TERM; sleep 100000 & wait"]
    healthcheck: { test: [CMD, sh, /check.sh, "7702"] }
    depends_on: [store]
  store:
    image: ${store}
    command: [sh, -c, "trap 'exit 0' TERM; mkdir -p /data; echo kept > /data/index.html; httpd -f -p 8000 -h /data & wait"]
    ports: ["8000:8000"]
    volumes: ["data:/data"]
volumes: { data: {} }
`,
});

const manifest = (
  app: string,
  [a, b, c]: TestHost[],
  { strategy = 'blue-green', groups = '', route = '' } = {},
) => `app: ${app}
services:
  web: { healthyWithin: 5s }
  jobs: { background: true, healthyWithin: 5s }
environments:
  production:
    hosts:
      - ${a!.address}
      - { address: "${b!.address}", hostKey: "${b!.hostKey}", via: "ssh://root@${a!.ip}" }
      - { address: "${c!.address}", name: data }
    groups:
      front: { hosts: [${a!.ip}, ${b!.ip}], services: { web: 2, jobs: 1 } }
      data: { hosts: [data], services: { store: 1 }, address: ${c!.ip} }
${groups}    routes: [{ service: web, host: shop.localhost${route} }]
    verify: [{ run: { service: web, command: [sh, /check.sh, "7703"] } }]
    soak: 1s
    strategy: ${strategy}
`;

/** Something that keeps data, and is made in the prepare of `recreate`, too. */
const CACHE = (image: string) => `  cache:
    image: ${image}
    command: [httpd, -f, -p, "8001"]
    ports: ["8001:8001"]
    volumes: ["cache:/data"]
`;

/** Three hosts over SSH, one of them through another; what is said of them is asked of their engines, not of windlass. */
describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'hosts'], 'three hosts over SSH', () => {
  let stand: HostStand;
  let hosts: TestHosts;
  let [a, b, c]: TestHost[] = [];
  let app: string;
  let installation: string;
  let windlass: Windlass;
  let shop: Shop;

  const commit = (version: string) => {
    const patience = version === 'three' ? '5s' : '60s';
    shop.edit('windlass.yaml', /healthyWithin: \w+/g, `healthyWithin: ${patience}`);
    return stand.commit(version);
  };
  const release = async (sha: string) => {
    const ended = await stand.release(sha);
    return { status: ended.status, said: said(ended) };
  };
  const running = async (host: TestHost) => {
    const filters = { label: [`${installation}.app=${app}`] };
    const containers = await clientOf(host.engine).listContainers({ filters });
    const place = `${installation}-${app}-production-`;
    return containers.map(({ Names }) => Names[0]!.replace(`/${place}`, '')).sort();
  };
  const page = (host: TestHost) => stand.page(host);
  let clients: ReturnType<typeof sendRequests>[] = [];
  const send = () => (clients = [a!, b!].map((host) => sendRequests(stand.targetOf(host), 50)));
  // A test that failed has left them sending.
  afterEach(async () => void (await Promise.all(clients.map((client) => client.stop()))));
  /** Who answered, and that all did; or all but those that an outage foresees. */
  const answersOf = async (those: ReturnType<typeof send>, { outage = false } = {}) => {
    const reports = await Promise.all(those.map((client) => client.stop()));
    const failures = reports.flatMap((report) => report.failures);
    expect(failures.filter((failure) => !(outage && failure.includes('503')))).toEqual([]);
    return [...new Set(reports.flatMap(({ answers }) => Object.keys(answers)))].sort();
  };
  /** Somebody listens on a port of the host, which makes an instance there ill, and no other. */
  const poison = async (host: TestHost, port: number) => {
    const engine = clientOf(host.engine);
    const Cmd = ['httpd', '-f', '-p', String(port)];
    const container = await engine.createContainer({
      Image: parts().images.base.name,
      Cmd,
      HostConfig: { NetworkMode: 'host' },
    });
    await container.start();
    return () => container.remove({ force: true });
  };
  /** What each proxy was told, and when. */
  const readRoutes = () => Promise.all([a!, b!].map(({ engine }) => routesOf(engine, installation)));
  const short = (sha: string) => sha.slice(0, 10);
  const front = (sha: string) => ['jobs', 'web', 'web-2'].map((name) => `${short(sha)}-${name}`);

  beforeAll(async () => {
    const { engine, registry, images } = parts();
    stand = await HostStand.open(3);
    ({ hosts, app, installation, windlass, shop } = stand);
    [a, b, c] = hosts.all;
    const store = `${registry.address}/${installation}/store`;
    const builder = connectEngine({ name: 'local', address: 'local' }, { dockerHost: engine.host });
    await builder.tagImage(images.base.name, store, '1');
    await builder.pushImage(store, '1', undefined);
    for (const [file, text] of Object.entries(FILES(images.base.name, `${store}:1`))) shop.write(file, text);
    shop.write('windlass.yaml', manifest(app, hosts.all));
    // What the worker has not been told of one of them, it must ask for.
    writeFileSync(hosts.knownHosts, `${a!.knownHost}\n`);
  });
  afterAll(async () => await stand?.close());

  const commits: string[] = [];
  /** The one that all hosts are on. */
  let current: string;
  const check = async () => {
    const { status, stdout } = await windlass.run('check', '--json');
    const { hosts: rows, problems } = JSON.parse(stdout) as CheckReport;
    expect(problems).toEqual([]);
    const wrong = rows.flatMap(({ host, found }) =>
      Object.entries(found).flatMap(([question, finding]) =>
        finding.ok ? [] : [`${host} ${question}: ${finding.what}`],
      ),
    );
    return { status, wrong, rows };
  };

  it('are looked at by check, all at once, and a key that nobody knows is told by trust', async () => {
    commits.push(commit('one'));
    const heal = await poison(b!, 80);
    const before = await check();
    await heal();
    expect(before.wrong).toEqual([
      `${b!.ip} ports: something else listens on 80. Stop it, or publish another port`,
      expect.stringMatching(/^data reached: .* shows the key SHA256:.* nobody has said that it is the right one/),
    ]);
    expect(before.status).toBe(2);
    const shown = await windlass.run('trust', 'data');
    expect(shown).toMatchObject({ status: 0, stdout: `${c!.knownHost.split(' ').slice(0, 3).join(' ')}\n` });
    appendFileSync(hosts.knownHosts, shown.stdout);
    const after = await check();
    expect(after).toMatchObject({ status: 0, wrong: [] });
    expect(after.rows).toHaveLength(3);
    expect(Object.keys(after.rows[0]!.found).sort()).toEqual(
      ['reached', 'engine', 'disk', 'clock', 'registry', 'ports', 'paths', 'proxy'].sort(),
    );
    expect(after.rows[0]!.found.disk?.what).toMatch(/^[\d.]+ GB free$/);
  });

  it('that are cut off, silent, or without the registry are told apart by check, with what to do', async () => {
    const look = async () => {
      const [shown, { status, wrong }] = await Promise.all([windlass.run('check'), check()]);
      expect([shown.status, status]).toEqual([2, 2]);
      const lines = shown.stdout.split('\n').filter((line) => /^✗ \S+ \S+, /.test(line));
      expect(lines).toEqual(wrong.map((line) => line.replace(/^(\S+) (\S+): /, '✗ production $1, $2: ')));
      expect(shown.stdout).toMatch(/2 hosts are not ready\.\n$/);
      return wrong;
    };
    const during = async <T>(begin: () => Promise<void>, end: () => Promise<void>, deed: () => Promise<T>) => {
      await begin();
      try {
        return await deed();
      } finally {
        await end();
      }
    };
    const [cut, silent] = await during(a!.loseRegistry, a!.findRegistry, async () => [
      await during(c!.cutSsh, c!.mendSsh, look),
      await during(c!.silenceSsh, c!.hearSsh, look),
    ]);
    expect(cut).toEqual([
      expect.stringMatching(`^${a!.ip} registry: .* refused".* check the network and the registry`),
      expect.stringMatching(/^data reached: .* \(ECONNREFUSED\).* Check that the host is up and its port open/),
    ]);
    expect(silent).toEqual([
      cut![0],
      expect.stringMatching(/^data reached: .* did not answer in time.* Check that the host is up and its port open/),
    ]);
    expect(await check()).toMatchObject({ status: 0, wrong: [] });
  });

  it('are released to: each service on its hosts, and what keeps data on one', async () => {
    expect(await release(commits[0]!)).toMatchObject({ status: 0 });
    expect(await running(a!)).toEqual(front(commits[0]!));
    expect(await running(b!)).toEqual(front(commits[0]!));
    expect(await running(c!)).toEqual(['store']);
    expect(await Promise.all([page(a!), page(b!)])).toEqual(['one', 'one']);
  });

  it('move on together, and no request is lost', async () => {
    commits.push(commit('two'));
    const clients = send();
    expect(await release(commits[1]!)).toMatchObject({ status: 0 });
    expect(await answersOf(clients)).toEqual(['one', 'two']);
    expect(await running(b!)).toEqual(front(commits[1]!));
  });

  it.each([
    ['prepare', 7701, ['two']],
    // Background services change over first, on every host.
    ['switch', 7702, ['two']],
    // By then all traffic was on the new release, on every host.
    ['soak', 7703, ['three', 'two']],
  ])('all stay or go back when one of them fails in %s', async (phase, port, answered) => {
    const heal = await poison(phase === 'soak' ? a! : b!, port);
    const sha = commit('three');
    const clients = send();
    const { status, said } = await release(sha);
    await heal();
    expect({ status, said }).toMatchObject({ status: 3 });
    expect(await answersOf(clients)).toEqual(answered);
    for (const host of [a!, b!]) expect(await running(host)).toEqual(front(commits[1]!));
    expect(await running(c!)).toEqual(['store']);
  });

  it('go back to an earlier release together', async () => {
    const clients = send();
    const back = await windlass.run('rollback', 'production', '--by', 'ops@example.com', '--reason', 'one was better');
    expect(back).toMatchObject({ status: 0 });
    expect(await answersOf(clients)).toEqual(['one', 'two']);
    for (const host of [a!, b!]) expect(await running(host)).toEqual(front(commits[0]!));
    const { environments } = await windlass.read<{ environments: EnvironmentState[] }>('status');
    expect(environments[0]?.current?.release).toBe(short(commits[0]!));
    current = commits[0]!;
  });

  /** Each fails on one host first: before anything is switched, and when some traffic is on the new release. */
  describe.each([
    ['rolling by hosts', '{ rolling: { batch: 1, of: hosts, pause: 500ms } }'],
    ['rolling', '{ rolling: { batch: 1, pause: 500ms } }'],
    ['canary', '{ canary: { steps: [{ weight: 50, soak: 500ms }] } }'],
  ])('%s', (name, strategy) => {
    const ready = (version: string) => {
      shop.write('windlass.yaml', manifest(app, hosts.all, { strategy }));
      return commit(version);
    };

    it.each([
      ['prepare', 7701, (current: string) => [current]],
      // Background services change over last, behind the shares.
      ['switch', 7702, (current: string) => [current, 'three'].sort()],
    ])('all hosts stay or go back when one of them fails in %s', async (phase, port, answered) => {
      const [before, routes] = [await page(a!), await readRoutes()];
      const heal = await poison(b!, port);
      const sha = ready('three');
      const clients = send();
      const { status, said } = await release(sha);
      await heal();
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await answersOf(clients)).toEqual(answered(before));
      for (const host of [a!, b!]) expect(await running(host)).toEqual(front(current));
      if (phase === 'prepare') expect(await readRoutes()).toEqual(routes);
    });

    it('moves all hosts on, and no request is lost', async () => {
      const before = await page(a!);
      const clients = send();
      current = ready(`by ${name}`);
      expect(await release(current)).toMatchObject({ status: 0 });
      expect(await answersOf(clients)).toEqual([before, `by ${name}`].sort());
      for (const host of [a!, b!]) expect(await running(host)).toEqual(front(current));
    });
  });

  describe('recreate', () => {
    it('touches nothing when one host fails in prepare', async () => {
      const [before, routes] = [await page(a!), await readRoutes()];
      const cache = {
        strategy: 'recreate',
        groups: `      cache: { hosts: [${b!.ip}], services: { cache: 1 }, address: ${b!.ip} }\n`,
      };
      shop.write('windlass.yaml', manifest(app, hosts.all, cache));
      const compose = FILES(parts().images.base.name, `${parts().registry.address}/${installation}/store:1`)[
        'docker-compose.yml'
      ];
      shop.write(
        'docker-compose.yml',
        compose.replace(
          'volumes: { data',
          `${CACHE(`${parts().registry.address}/${installation}/store:1`)}volumes: { cache: {}, data`,
        ),
      );
      const heal = await poison(b!, 8001);
      const sha = commit('four');
      const clients = send();
      const { status, said } = await release(sha);
      await heal();
      shop.write('docker-compose.yml', compose);
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await answersOf(clients)).toEqual([before]);
      expect(await readRoutes()).toEqual(routes);
      for (const host of [a!, b!]) expect(await running(host)).toEqual(front(current));
    });

    it('takes all hosts back when one fails in the switch', async () => {
      shop.write('windlass.yaml', manifest(app, hosts.all, { strategy: 'recreate' }));
      const before = await page(a!);
      const heal = await poison(b!, 7701);
      const clients = send();
      const { status, said } = await release(commit('three'));
      await heal();
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await answersOf(clients, { outage: true })).toEqual([before]);
      for (const host of [a!, b!]) expect(await running(host)).toEqual(front(current));
    });

    it('moves all hosts on', async () => {
      const clients = send();
      const before = await page(a!);
      current = commit('by recreate');
      expect(await release(current)).toMatchObject({ status: 0 });
      expect(await answersOf(clients, { outage: true })).toEqual([before, 'by recreate'].sort());
      for (const host of [a!, b!]) expect(await running(host)).toEqual(front(current));
    });
  });

  it('serve again by themselves after an engine was restarted, and status shows what was restarted', async () => {
    const served = await page(a!);
    await a!.restartEngine();
    await until(async () => (await page(a!)) === served);
    expect(await running(a!)).toEqual(front(current));
    const name = `${installation}-${app}-production-${short(current)}-web`;
    const instance = clientOf(b!.engine).getContainer(name);
    process.kill((await instance.inspect()).State.Pid, 'SIGKILL');
    await until(async () => {
      const { RestartCount, State } = await instance.inspect();
      return RestartCount === 1 && State.Status === 'running';
    });
    const found = await windlass.read<Inspection[]>('status', 'production', '--observed');
    const service = found[0]?.services.find(({ host, container }) => host === b!.ip && container === name);
    expect(service).toMatchObject({ state: 'running', restarts: 1, startedAt: expect.any(String) });
    expect(found[0]?.drift).toEqual([]);
    const { stdout } = await windlass.run('status', 'production', '--observed');
    expect(stdout).toMatch(/RESTARTS/);
  });

  it('get a proxy with HTTPS and another port by bootstrap, one host at a time, and what was released serves on', async () => {
    const served = await page(a!);
    const elsewhere = (host: TestHost) => ask({ ...stand.targetOf(host), address: `${host.ip}:8080` });
    await stand.startWorker({ WINDLASS_PROXY_HTTP: '8080', WINDLASS_PROXY_HTTPS: '443' });
    ({ windlass } = stand);
    shop.write('windlass.yaml', manifest(app, hosts.all, { route: ', https: true' }));
    const secure = commit('by https');
    const refused = await release(secure);
    expect(refused.said).toContain(`have it made anew: windlass bootstrap production --host ${a!.ip}`);
    expect(refused.status).toBe(3);

    const asked = await windlass.run('bootstrap', 'production');
    expect(asked.status).toBe(2);
    const becomes = `${parts().images.proxy.name} becomes ${parts().images.proxy.name} on 8080, HTTPS on 443`;
    for (const { ip } of [a!, b!])
      expect(asked.stderr).toMatch(new RegExp(`${ip} +replace +${becomes} .*OUTAGE: .* of ${app} production`));
    expect(await Promise.all([a!, b!].map(page))).toEqual([served, served]);

    const client = sendRequests(stand.targetOf(b!), 50);
    const first = await windlass.run('bootstrap', 'production', '--host', a!.ip, '--yes');
    expect(first).toMatchObject({ status: 0 });
    expect(await client.stop()).toMatchObject({ failures: [], answers: { [served]: expect.any(Number) } });
    expect(await elsewhere(a!)).toBe(served);
    const others = await windlass.run('bootstrap', 'production', '--yes');
    expect(others).toMatchObject({ status: 0, stdout: expect.not.stringContaining(a!.ip) });
    expect(await elsewhere(b!)).toBe(served);

    expect(await release(secure)).toMatchObject({ status: 0 });
    for (const host of [a!, b!]) {
      expect(await askSecurely(host)).toEqual({ text: 'by https', issuer: 'TRAEFIK DEFAULT CERT' });
      await expect(elsewhere(host)).rejects.toThrow(/^30[18] /);
    }
  });
});

/** By HTTPS, whoever signed the certificate. */
const askSecurely = ({ ip }: TestHost) =>
  new Promise<{ text: string; issuer: unknown }>((resolve, reject) => {
    const target = { host: ip, servername: 'shop.localhost', headers: { host: 'shop.localhost' } };
    const asked = request({ ...target, rejectUnauthorized: false, agent: false }, (response) => {
      const { CN: issuer } = (response.socket as TLSSocket).getPeerCertificate().issuer;
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ text, issuer }));
    });
    asked.on('error', reject);
    asked.end();
  });
