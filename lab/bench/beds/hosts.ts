import { join } from 'node:path';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { closeConnections } from '../../../activities/drivers/ssh/connections';
import type { SshSettings } from '../../../activities/drivers/ssh/settings';
import { Shop } from '../../shop';
import { startHosts, type TestHost } from '../../../parts/host/hosts';
import type { Bench } from './bench';
import { Installation } from './installation';
import { buildAndPush } from '../script/images';
import { Script } from '../script/script';
import { openTools } from '../script/tools';
import { Stopwatch } from '../figures/stopwatch';
import { composeFile, HEALTH, writeService } from './tiny';
import { APPROVER, WindlassSide, type WindlassTurn } from './windlass-side';

/** Applications are on so many hosts. */
export const COUNTS = [1, 3, 10];
const MOST_HOSTS = Math.max(...COUNTS);
/** How long what never becomes healthy may take. */
export const LIMIT_MS = 5_000;
const NEVER = ['false'];

/** How a release of the application is to go. */
type Treatment = 'plain' | 'asked' | 'soaking' | 'broken';

const WAYS: Record<Treatment, string> = {
  plain: 'soak: 0s',
  asked: `soak: 0s\n    approval: { from: [${APPROVER}] }`,
  soaking: 'soak: 10m',
  broken: 'soak: 0s',
};

/** Real hosts by SSH, and on some of them one service that starts at once, whose two versions are built already. */
export class HostsBed {
  private readonly fleets = new Map<number, Promise<Fleet>>();

  private constructor(
    private readonly bench: Bench,
    readonly hosts: TestHost[],
    readonly ssh: SshSettings,
    private readonly installation: Installation,
    private readonly images: string[],
  ) {}

  static async open(bench: Bench): Promise<HostsBed> {
    const { parts, print } = bench;
    const { images, registry } = parts;
    const began = Date.now();
    const hosts = await startHosts(MOST_HOSTS, { ...parts, images: [images.base.name, images.proxy.name] });
    parts.beforeStop(() => hosts.stop());
    print(`hosts     ${MOST_HOSTS}, each with an engine and an sshd  ${((Date.now() - began) / 1_000).toFixed(1)} s`);
    const installation = await Installation.open(bench, { http: '80', variables: hosts.variables });
    const ssh: SshSettings = {
      config: join(installation.dir, 'none'),
      identity: hosts.identity,
      knownHosts: hosts.knownHosts,
      home: installation.dir,
    };
    const builder = connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts.engine.host });
    const versions = ['one', 'two'].map(async (version) => {
      const folder = join(installation.dir, version);
      writeService(folder, version);
      const repository = `${registry.address}/${installation.name}/web`;
      const build = { folder, repository, tag: version, base: images.base.name };
      return await buildAndPush({ engine: builder }, new Stopwatch(), build);
    });
    return new HostsBed(bench, hosts.all, ssh, installation, await Promise.all(versions));
  }

  /** The application on so many of the hosts, and the script for the same beside it; both have released twice. */
  on(count: number): Promise<Fleet> {
    const fleet = this.fleets.get(count) ?? this.makeFleet(count);
    this.fleets.set(count, fleet);
    return fleet;
  }

  private async makeFleet(count: number): Promise<Fleet> {
    const { bench, installation, ssh, images } = this;
    const app = `on${count}`;
    const hosts = this.hosts.slice(0, count);
    const repository = Shop.start(join(installation.dir, app));
    const place = { installation: `${installation.name}-script`, app, environment: 'production' };
    const tools = hosts.map((host) => openTools(place, host, ssh));
    const application = {
      services: [{ name: 'web', health: HEALTH }],
      route: { service: 'web', host: `${app}.localhost`, port: 80 },
    };
    const proxy = { image: bench.parts.images.proxy.name, http: '8080' };
    const script = await Script.open(tools, application, proxy, closeConnections);
    const windlass = new WindlassSide(installation.commandsIn(repository.dir), app, bench.client);
    const fleet = new Fleet(repository, hosts, bench.parts.images.base.name, images, windlass, script);
    await fleet.warmUp();
    return fleet;
  }
}

/** An application on some hosts. Each turn takes it to the other one of its two versions, and the images are there. */
export class Fleet {
  private count = 0;
  readonly deploys: WindlassTurn[] = [];

  constructor(
    private readonly repository: Shop,
    readonly hosts: TestHost[],
    private readonly base: string,
    private readonly images: string[],
    readonly windlass: WindlassSide,
    private readonly script: Script,
  ) {}

  /** The images are there from now on, and so are the proxies; there is something to go back to. */
  async warmUp(): Promise<void> {
    for (const _ of this.images) {
      await this.windlass.release(...this.change('plain'));
      await this.script.release(this.next());
    }
  }

  get deploy() {
    return {
      windlass: async () => {
        const turn = await this.windlass.release(...this.change('plain'));
        this.deploys.push(turn);
        return turn;
      },
      script: () => this.script.release(this.next()),
      atOnce: () => this.script.releaseAtOnce(this.next()),
    };
  }

  approve = {
    windlass: () => this.windlass.approve(...this.change('asked')),
    script: () => this.script.release(this.next()),
  };

  rollBackWarm = {
    windlass: () => this.windlass.rollbackWarm(...this.change('soaking')),
    script: () => this.script.switchBack(this.next()),
  };

  fail = {
    windlass: () => this.windlass.release(...this.change('broken'), 3),
    script: () => this.script.fail(this.next(), NEVER, LIMIT_MS),
  };

  private next(): { web: string } {
    this.count += 1;
    return { web: this.images[this.count % this.images.length]! };
  }

  /** An unreleased commit, and the image CI supposedly built from it. */
  private change(way: Treatment): [commit: string, options: string[]] {
    const { repository, hosts, windlass } = this;
    const { web } = this.next();
    const addresses = hosts.map(({ address }) => `      - ${address}`);
    const limit = way === 'broken' ? `{ healthyWithin: ${LIMIT_MS / 1_000}s }` : '{}';
    repository.write('docker-compose.yml', composeFile(['web'], this.base, way === 'broken' ? NEVER : HEALTH));
    repository.write(
      'windlass.yaml',
      `app: ${windlass.app}
services: { web: ${limit} }
environments:
  production:
    hosts:
${addresses.join('\n')}
    routes: [{ service: web, host: ${windlass.app}.localhost }]
    ${WAYS[way]}
`,
    );
    repository.write('round.txt', `${this.count}\n`);
    const commit = repository.commit(`${way} ${this.count}`);
    return [commit, ['--image', `web=${web}`]];
  }
}
