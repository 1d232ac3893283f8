import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { cleanUp } from '../../demo/cleanup';
import type { Stage, StageParts } from '../../demo/stage';
import { freePort } from '../../parts/ports';
import type { Turn } from '../rounds';
import { Stopwatch } from '../stopwatch';
import type { Spent } from '../timeline';
import { openTools, type Tools } from './tools';
import { buildAndPush, pull } from './images';
import { connectStore, createNetwork, removeNetwork, startStore } from './networks';
import {
  removeInstance,
  SERVICES,
  startInstance,
  stopInstance,
  switchTraffic,
  type Images,
  type Version,
} from './instances';

export interface ScriptTurn extends Turn {
  spent: Spent;
}

/** What a team would write instead of windlass: the same operations of the engine, one after another, and no way back. */
export class Script {
  private readonly versions: Version[] = [];
  private count = 0;

  private constructor(
    private readonly tools: Tools,
    private readonly folder: string,
    private readonly base: string,
    private readonly parts: StageParts,
  ) {}

  /** With a proxy and an accessory of its own, which are there before the first release. */
  static async open(stage: Stage, parts: StageParts): Promise<Script> {
    const tools = openTools(`${stage.installation}-script`, parts, randomBytes(12).toString('hex'));
    await tools.ensureProxy(`127.0.0.1:${await freePort()}`, parts.images.proxy.name);
    await startStore(tools, `${parts.registry.address}/${stage.installation}/store:1`);
    return new Script(tools, stage.shop.dir, parts.node.name, parts);
  }

  get released(): number {
    return this.versions.length;
  }

  /** Builds what the folder of the shop holds, and takes the traffic there. */
  async release(_commit?: string): Promise<ScriptTurn> {
    this.count += 1;
    const release = `v${this.count}`;
    const watch = new Stopwatch();
    const images: Partial<Images> = {};
    for (const service of SERVICES)
      images[service] = await buildAndPush(this.tools, watch, {
        folder: join(this.folder, service),
        repository: `${this.parts.registry.address}/${this.tools.place.installation}/${service}`,
        tag: release,
        base: this.base,
      });
    for (const service of SERVICES) await watch.time('pull', () => pull(this.tools, images[service]!));
    return await this.moveTo({ release, images: images as Images }, watch);
  }

  /** Takes the traffic back to the version before, whose images are there. */
  async rollback(): Promise<ScriptTurn> {
    const [, before] = this.versions;
    if (!before) throw new Error('there is no version to go back to');
    return await this.moveTo(before, new Stopwatch());
  }

  async close(): Promise<void> {
    await cleanUp(this.parts.engine.host, this.tools.place.installation, [this.parts.registry.address]);
  }

  private async moveTo(next: Version, watch: Stopwatch): Promise<ScriptTurn> {
    const { tools } = this;
    const [current] = this.versions;
    await watch.time('network', () => createNetwork(tools, next));
    await watch.time('network', () => connectStore(tools, next));
    await startInstance(tools, watch, next, 'api');
    await startInstance(tools, watch, next, 'web');
    if (current) await watch.time('stop', () => stopInstance(tools, current, 'jobs'));
    await startInstance(tools, watch, next, 'jobs');
    await watch.time('switch', () => switchTraffic(tools, next));
    const switchedMs = watch.read();
    if (current) {
      for (const service of SERVICES) await removeInstance(tools, watch, current, service);
      await watch.time('network', () => removeNetwork(tools, current));
    }
    this.versions.unshift(next, ...this.versions.splice(0).filter((one) => one !== next));
    return { ms: watch.read(), switchedMs, spent: watch.spent };
  }
}
