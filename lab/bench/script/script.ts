import { cleanUp } from '../../clean-up';
import { hostProxy } from '../../../activities/drivers/proxy/host-proxy';
import type { Turn } from '../rounds';
import { Stopwatch } from '../figures/stopwatch';
import type { Spent } from '../figures/timeline';
import type { Images, ScriptApplication, ScriptService, Version } from './application';
import { becomesHealthy, removeInstance, startInstance, stopInstance, switchTraffic } from './instances';
import { pull } from './images';
import { createNetwork, removeNetwork, startAccessory } from './networks';
import type { Tools } from './tools';

export interface ScriptTurn extends Turn {
  spent: Spent;
}

/**
 * What a team would write instead of windlass: the same operations of the engine, one after another, host after host, and
 * no way back.
 */
export class Script {
  private readonly versions: Version[] = [];
  private count = 0;
  private isAtOnce = false;

  private constructor(
    private readonly hosts: Tools[],
    private readonly application: ScriptApplication,
    /** Lets go of what an earlier turn was connected with: a script begins with nothing. */
    private readonly disconnect: () => void,
  ) {}

  /** With a proxy and an accessory of its own, which are there before the first release. */
  static async open(
    hosts: Tools[],
    application: ScriptApplication,
    proxy: { image: string; http: string },
    disconnect: () => void = () => undefined,
  ): Promise<Script> {
    for (const host of hosts) {
      await hostProxy.ensure(host.engine, { installation: host.place.installation, kind: 'traefik', ...proxy });
      if (application.accessory) await startAccessory(host, application.accessory);
    }
    return new Script(hosts, application, disconnect);
  }

  get route(): ScriptApplication['route'] {
    return this.application.route;
  }

  get released(): number {
    return this.versions.length;
  }

  /** Takes the traffic to these images; `watch` may have measured already how they came to be. */
  async release(images: Images, watch = this.begin()): Promise<ScriptTurn> {
    await this.onHosts(async (host) => {
      for (const image of new Set(Object.values(images))) await watch.time('pull', () => pull(host, image));
    });
    return await this.moveTo(this.nextVersion(images), watch);
  }

  /** As `release`, but what is done on one host is done on all of them at once: no tool is faster on these machines. */
  async releaseAtOnce(images: Images): Promise<ScriptTurn> {
    this.isAtOnce = true;
    try {
      return await this.release(images);
    } finally {
      this.isAtOnce = false;
    }
  }

  /** Takes the traffic back to the version before, whose images are there. */
  async rollback(): Promise<ScriptTurn> {
    const [, before] = this.versions;
    if (!before) throw new Error('there is no version to go back to');
    return await this.moveTo(before, this.begin());
  }

  /** Takes the traffic from a new version back to the old one, which still runs; only that is measured. */
  async switchBack(images: Images): Promise<ScriptTurn> {
    const next = this.nextVersion(images);
    const current = this.versions[0]!;
    await this.start(next, new Stopwatch());
    await this.switchTo(next, current, new Stopwatch());
    const watch = this.begin();
    await this.onHosts((host) => watch.time('switch', () => switchTraffic(host, current, this.application.route)));
    const turn = turnOf(watch);
    await this.remove(next, new Stopwatch());
    return turn;
  }

  /** Starts what never becomes healthy, and removes it when its time is over. */
  async fail(images: Images, health: string[], withinMs: number): Promise<ScriptTurn> {
    const next = this.nextVersion(images);
    const services = this.application.services.map((service) => ({ ...service, health }));
    const watch = this.begin();
    await this.onHosts(async (host) => {
      await watch.time('network', () => createNetwork(host, next, this.application.accessory));
      for (const service of services) await startInstance(host, watch, next, service);
    });
    await watch.time('until the limit', () => this.isHealthy(this.hosts[0]!, next, services[0]!, withinMs));
    await this.remove(next, watch);
    return turnOf(watch);
  }

  /** Removes all that it made from an engine, and the images of these repositories. */
  async close(dockerHosts: string[], repositories: string[]): Promise<void> {
    for (const one of dockerHosts) await cleanUp(one, this.hosts[0]!.place.installation, repositories);
  }

  private begin(): Stopwatch {
    this.disconnect();
    return new Stopwatch();
  }

  private nextVersion(images: Images): Version {
    this.count += 1;
    return { release: `v${this.count}`, images };
  }

  private async moveTo(next: Version, watch: Stopwatch): Promise<ScriptTurn> {
    const [current] = this.versions;
    await this.start(next, watch);
    await this.switchTo(next, current, watch);
    const switchedMs = watch.read();
    if (current) await this.remove(current, watch);
    this.versions.unshift(next, ...this.versions.splice(0).filter((one) => one !== next));
    return turnOf(watch, switchedMs);
  }

  private async start(next: Version, watch: Stopwatch): Promise<void> {
    await this.onHosts(async (host) => {
      await watch.time('network', () => createNetwork(host, next, this.application.accessory));
      for (const service of this.application.services.filter(({ background }) => !background))
        await this.startOne(host, watch, next, service);
    });
  }

  private async switchTo(next: Version, current: Version | undefined, watch: Stopwatch): Promise<void> {
    const { services, route } = this.application;
    const background = services.filter((one) => one.background);
    await this.onHosts(async (host) => {
      for (const { name } of current ? background : [])
        await watch.time('stop', () => stopInstance(host, current!, name));
      for (const service of background) await this.startOne(host, watch, next, service);
      await watch.time('switch', () => switchTraffic(host, next, route));
    });
  }

  private async remove(version: Version, watch: Stopwatch): Promise<void> {
    await this.onHosts(async (host) => {
      for (const { name } of this.application.services) await removeInstance(host, watch, version, name);
      await watch.time('network', () => removeNetwork(host, version, this.application.accessory));
    });
  }

  private async onHosts(work: (host: Tools) => Promise<void>): Promise<void> {
    if (this.isAtOnce) await Promise.all(this.hosts.map(work));
    else for (const host of this.hosts) await work(host);
  }

  private async startOne(host: Tools, watch: Stopwatch, version: Version, service: ScriptService): Promise<void> {
    await startInstance(host, watch, version, service);
    const asked = () => this.isHealthy(host, version, service);
    if (!(await watch.time(`until ${service.name} is healthy`, asked)))
      throw new Error(`${service.name} of ${version.release} is not healthy after a minute`);
  }

  private isHealthy(host: Tools, version: Version, service: ScriptService, withinMs?: number): Promise<boolean> {
    return becomesHealthy(host, version, service, this.application.route, withinMs);
  }
}

const turnOf = (watch: Stopwatch, switchedMs = watch.read()): ScriptTurn => ({
  ms: watch.read(),
  switchedMs,
  spent: watch.spent,
});
