import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../parts/run/ports';
import { pushReadyMade } from './ready-made';
import { cleanUp } from './clean-up';
import { onThisMachine } from './targets/engines';
import type { Room } from './targets/lab-target';
import { type Example, Shop } from './shop';
import { type ProxyPart, Windlass, type WorkerParts, workerVariables } from './windlass';

/** The parts that the shop is released on. */
export interface TestBedParts extends WorkerParts {
  node: { name: string };
}

export interface TestBedOptions {
  print: (line: string) => void;
  example?: Example;
  app?: string;
  port?: number;
  proxy?: ProxyPart;
  /** Where it is released to; else the engine that also builds. */
  room?: Room;
  /** The worker's and the commands', besides those that lead to the parts. */
  variables?: Record<string, string>;
}

/**
 * An installation of its own on some parts: a worker, and the shop's repository. Two stages on one Temporal server need
 * an `app` each, for workflow ids are the application's.
 */
export class TestBed {
  private constructor(
    readonly windlass: Windlass,
    readonly shop: Shop,
    readonly installation: string,
    readonly app: string,
    /** Where requests come in: `127.0.0.1:8080`. */
    readonly addresses: string[],
    readonly room: Room,
    readonly variables: Record<string, string>,
    private readonly parts: TestBedParts,
  ) {}

  static async open(
    parts: TestBedParts,
    dir: string,
    {
      print,
      example = 'shop',
      app = example,
      port,
      proxy,
      room = onThisMachine(parts.engine.host),
      ...more
    }: TestBedOptions,
  ): Promise<TestBed> {
    const installation = `windlass-${randomBytes(3).toString('hex')}`;
    const free = await freePort(port);
    const addresses = room.addresses(free);
    // Of several hosts each has an address of its own.
    const http = addresses.length > 1 ? String(free) : addresses[0]!;
    const variables = {
      ...workerVariables(parts, { installation, dir, http, proxy }),
      ...room.variables,
      SHOP_STAGING_TOKEN: randomBytes(12).toString('hex'),
      SHOP_PRODUCTION_TOKEN: randomBytes(12).toString('hex'),
      ...more.variables,
    };
    mkdirSync(dir, { recursive: true });
    const windlass = new Windlass(variables, join(dir, 'shop'), join(dir, 'worker.log'), print);
    const pushed = example === 'shop' && `${parts.registry.address}/${installation}`;
    const [store] = await Promise.all([
      pushed && pushReadyMade('shop/store', { dockerHost: parts.engine.host, registry: pushed, base: parts.node.name }),
      windlass.startWorker(),
    ]);
    const images = { BASE: parts.node.name, ...(store && { STORE_IMAGE: store }) };
    const shop = Shop.create(join(dir, 'shop'), images, example);
    if (app !== example) shop.edit('windlass.yaml', `app: ${example}`, `app: ${app}`);
    return new TestBed(windlass, shop, installation, app, addresses, room, variables, parts);
  }

  get address() {
    return this.addresses[0]!;
  }

  get production() {
    return { address: this.address, host: 'shop.localhost' };
  }

  /** At each address. */
  get probes() {
    return this.addresses.map((address) => ({ address, host: 'probe.localhost' }));
  }

  get staging() {
    return { address: this.address, host: 'staging.shop.localhost' };
  }

  /** Stops the worker and removes all that was made on the engines. */
  async close(): Promise<void> {
    await this.windlass.stop();
    const { engine, registry } = this.parts;
    const repositories = [this.app, this.installation].map((name) => `${registry.address}/${name}`);
    for (const host of new Set([engine.host, ...this.room.engines]))
      await cleanUp(host, this.installation, repositories);
  }
}
