import { writeFileSync } from 'node:fs';
import type { CheckReport } from '../../../src/model/inspection';
import { sendRequests } from '../../../lab/traffic/client';
import type { TestHost } from '../../../parts/host/hosts';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { HostsTestBed, promote, routesOf, serving } from '../test-bed';

/** Answers with its version and calls the store by name; as version three it is ill on a host where somebody listens on a port. */
export const FILES = (base: string, store: string) => ({
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

export const manifest = (
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
export const CACHE = (image: string) => `  cache:
    image: ${image}
    command: [httpd, -f, -p, "8001"]
    ports: ["8001:8001"]
    volumes: ["cache:/data"]
`;

/** Tests on three hosts over SSH, one of them through another; what is said of them is asked of their engines, not of windlass. */
export function describeOnThreeHosts(name: string, tests: (on: ThreeHosts) => void): void {
  describeWith(['temporal', 'engine', 'registry', 'compose', 'images', 'hosts'], name, () => {
    const on = new ThreeHosts();
    beforeAll(async () => await on.open());
    // A test that failed has left them sending.
    afterEach(async () => await on.stopSending());
    afterAll(async () => await on.bed?.close());
    tests(on);
  });
}

/** The application of `FILES` on three hosts. */
export class ThreeHosts {
  bed!: HostsTestBed;
  a!: TestHost;
  b!: TestHost;
  c!: TestHost;
  /** A release that is fit, which `begin` sees to. */
  good!: string;
  private clients: ReturnType<typeof sendRequests>[] = [];

  async open(): Promise<void> {
    this.bed = await HostsTestBed.open(3);
    const { hosts } = this.bed;
    [this.a, this.b, this.c] = hosts.all as [TestHost, TestHost, TestHost];
    await this.bed.pushStore();
    this.writeFiles();
    this.good = this.ready('good');
    // What the worker has not been told of one of them, it must ask for.
    writeFileSync(hosts.knownHosts, `${this.a.knownHost}\n`);
  }

  get app() {
    return this.bed.app;
  }
  get installation() {
    return this.bed.installation;
  }
  get windlass() {
    return this.bed.windlass;
  }
  get shop() {
    return this.bed.shop;
  }
  get hosts() {
    return this.bed.hosts;
  }
  /** The image of what keeps data. */
  get store() {
    return this.bed.store;
  }

  /** The worker knows the keys of all hosts. */
  trust(): void {
    writeFileSync(this.hosts.knownHosts, this.hosts.all.map(({ knownHost }) => `${knownHost}\n`).join(''));
  }

  /** What a test begins from: the good release serves on all hosts. */
  async begin(): Promise<void> {
    this.trust();
    this.writeFiles();
    await serving(this.bed, this.good);
  }

  private writeFiles(): void {
    for (const [file, text] of Object.entries(FILES(parts().images.base.name, this.store))) this.shop.write(file, text);
  }

  /** A commit of this version that is to be released in this way. */
  ready(version: string, how: Parameters<typeof manifest>[2] = {}): string {
    this.shop.write('windlass.yaml', manifest(this.app, this.hosts.all, how));
    const patience = version === 'three' ? '5s' : '60s';
    this.shop.edit('windlass.yaml', /healthyWithin: \w+/g, `healthyWithin: ${patience}`);
    return this.bed.commit(version);
  }

  release = (commit: string) => promote(this.bed, commit);

  page = (host: TestHost) => this.bed.page(host);

  async running(host: TestHost): Promise<string[]> {
    const filters = { label: [`${this.installation}.app=${this.app}`] };
    const containers = await clientOf(host.engine).listContainers({ filters });
    const place = `${this.installation}-${this.app}-production-`;
    return containers.map(({ Names }) => Names[0]!.replace(`/${place}`, '')).sort();
  }

  /** Requests to both hosts that serve, until `answersOf` or the end of the test. */
  send() {
    this.clients = [this.a, this.b].map((host) => sendRequests(this.bed.targetOf(host), 50));
    return this.clients;
  }
  async stopSending(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  /** Who answered, and that all did; or all but those that an outage foresees. */
  async answersOf(those: ReturnType<typeof sendRequests>[], { outage = false } = {}): Promise<string[]> {
    const reports = await Promise.all(those.map((client) => client.stop()));
    const failures = reports.flatMap((report) => report.failures);
    expect(failures.filter((failure) => !(outage && failure.includes('503')))).toEqual([]);
    return [...new Set(reports.flatMap(({ answers }) => Object.keys(answers)))].sort();
  }

  /** Somebody listens on a port of the host, which makes an instance there ill, and no other. */
  async poison(host: TestHost, port: number): Promise<() => Promise<unknown>> {
    const container = await clientOf(host.engine).createContainer({
      Image: parts().images.base.name,
      Cmd: ['httpd', '-f', '-p', String(port)],
      HostConfig: { NetworkMode: 'host' },
    });
    await container.start();
    return () => container.remove({ force: true });
  }

  /** What each proxy was told, and when. */
  readRoutes = () => Promise.all([this.a, this.b].map(({ engine }) => routesOf(engine, this.installation)));

  front = (commit: string) => ['jobs', 'web', 'web-2'].map((name) => `${commit.slice(0, 10)}-${name}`);

  async check() {
    const { status, stdout } = await this.windlass.run('check', '--json');
    const { hosts: rows, problems } = JSON.parse(stdout) as CheckReport;
    expect(problems).toEqual([]);
    const wrong = rows.flatMap(({ host, found }) =>
      Object.entries(found).flatMap(([question, finding]) =>
        finding.ok ? [] : [`${host} ${question}: ${finding.what}`],
      ),
    );
    return { status, wrong, rows };
  }
}
