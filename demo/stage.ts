import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { forWorker } from '../parts/compose';
import { freePort } from '../parts/ports';
import { pushReadyMade } from './accessory';
import { cleanUp } from './cleanup';
import { type Example, Shop } from './shop';
import { Windlass } from './windlass';

/** The parts that the shop is released on. */
export interface StageParts {
  temporal: { address: string };
  engine: { host: string };
  registry: { address: string };
  compose: { command: string[] };
  images: { proxy: { name: string } };
  node: { name: string };
}

export interface StageOptions {
  print: (line: string) => void;
  example?: Example;
  app?: string;
  port?: number;
}

/**
 * An installation of its own on some parts: a worker, and the shop's repository. Two stages on one Temporal server need
 * an `app` each, for workflow ids are the application's.
 */
export class Stage {
  private constructor(
    readonly windlass: Windlass,
    readonly shop: Shop,
    readonly installation: string,
    readonly app: string,
    /** Where its proxy listens: `127.0.0.1:8080`. */
    readonly address: string,
    readonly variables: Record<string, string>,
    private readonly parts: StageParts,
  ) {}

  static async open(
    parts: StageParts,
    dir: string,
    { print, example = 'shop', app = example, port }: StageOptions,
  ): Promise<Stage> {
    const installation = `windlass-${randomBytes(3).toString('hex')}`;
    const address = `127.0.0.1:${await freePort(port)}`;
    const variables = {
      TEMPORAL_ADDRESS: parts.temporal.address,
      WINDLASS_INSTALLATION: installation,
      WINDLASS_REGISTRY: parts.registry.address,
      WINDLASS_PROXY_IMAGE: parts.images.proxy.name,
      WINDLASS_PROXY_HTTP: address,
      WINDLASS_COMPOSE: forWorker(parts.compose),
      WINDLASS_CACHE: join(dir, 'worker'),
      WINDLASS_DATA: join(dir, 'data'),
      DOCKER_HOST: parts.engine.host,
      SHOP_STAGING_TOKEN: randomBytes(12).toString('hex'),
      SHOP_PRODUCTION_TOKEN: randomBytes(12).toString('hex'),
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
    return new Stage(windlass, shop, installation, app, address, variables, parts);
  }

  get production() {
    return { address: this.address, host: 'shop.localhost' };
  }

  get probe() {
    return { address: this.address, host: 'probe.localhost' };
  }

  get staging() {
    return { address: this.address, host: 'staging.shop.localhost' };
  }

  /** Stops the worker and removes all that was made on the engine. */
  async close(): Promise<void> {
    await this.windlass.stop();
    const { engine, registry } = this.parts;
    await cleanUp(engine.host, this.installation, [
      `${registry.address}/${this.app}`,
      `${registry.address}/${this.installation}`,
    ]);
  }
}
