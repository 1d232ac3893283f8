import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { oneEnvironment } from '../../shop';
import { TestBed } from '../../test-bed';
import { freePort } from '../../../parts/run/ports';
import type { Bench, BenchParts } from './bench';
import type { Images, ScriptApplication } from '../script/application';
import { buildAndPush } from '../script/images';
import { Script, type ScriptTurn } from '../script/script';
import { openTools, type Tools } from '../script/tools';
import { Stopwatch } from '../figures/stopwatch';
import { WindlassSide, type WindlassTurn } from './windlass-side';

const SERVICES = ['api', 'web', 'jobs'];

/** As `examples/shop/docker-compose.yml` says; web has no health command, and is asked for a page instead. */
const shop = (store: string): ScriptApplication => {
  const env = [`API_TOKEN=${randomBytes(12).toString('hex')}`, 'PAYMENTS=live', 'VERSION=1'];
  const health = ['node', 'health.js'];
  return {
    services: [
      { name: 'api', env, health },
      { name: 'web', env },
      { name: 'jobs', env, health, background: true },
    ],
    route: { service: 'web', host: 'shop.localhost', port: 8080 },
    accessory: { name: 'store', image: store },
  };
};

/** The shop of the examples on one host: windlass, and the script beside it. */
export class ShopBed {
  private round = 0;
  private released = 0;

  private constructor(
    private readonly bed: TestBed,
    readonly windlass: WindlassSide,
    private readonly script: Script,
    private readonly tools: Tools,
    private readonly parts: BenchParts,
  ) {}

  static async open({ parts, client, print }: Bench): Promise<ShopBed> {
    const bed = await TestBed.open(parts, join(parts.dir, 'shop'), { print });
    parts.beforeStop(() => bed.close());
    bed.shop.write('windlass.yaml', oneEnvironment('shop', '\n    soak: 0s'));
    const place = { installation: `${bed.installation}-script`, app: 'shop', environment: 'production' };
    const { registry, engine, images } = parts;
    const tools = openTools(place, { name: 'script', address: engine.host });
    const script = await Script.open([tools], shop(`${registry.address}/${bed.installation}/store:1`), {
      image: images.proxy.name,
      http: `127.0.0.1:${await freePort()}`,
    });
    parts.beforeStop(() => script.close([engine.host], [`${registry.address}/${place.installation}`]));
    return new ShopBed(bed, new WindlassSide(bed.windlass, 'shop', client), script, tools, parts);
  }

  async release(): Promise<WindlassTurn> {
    const turn = await this.windlass.release(this.change());
    this.released += 1;
    return turn;
  }

  async releaseByScript(): Promise<ScriptTurn> {
    const commit = this.change();
    const { tools, parts, bed } = this;
    const watch = new Stopwatch();
    const images: Images = {};
    for (const service of SERVICES)
      images[service] = await buildAndPush(tools, watch, {
        folder: join(bed.shop.dir, service),
        repository: `${parts.registry.address}/${tools.place.installation}/${service}`,
        tag: commit.slice(0, 10),
        base: parts.node.name,
      });
    return await this.script.release(images, watch);
  }

  rollback = () => this.windlass.rollback();
  rollbackByScript = () => this.script.rollback();

  /** Both sides have a release to go back to. */
  async haveTwoReleases(): Promise<void> {
    while (this.released < 2) await this.release();
    while (this.script.released < 2) await this.releaseByScript();
  }

  /** Changes a file of every service, as nobody did before; returns the commit. */
  private change(): string {
    const { shop } = this.bed;
    this.round += 1;
    for (const service of SERVICES) shop.write(`${service}/round.txt`, `${this.round}\n`);
    return shop.commit(`Round ${this.round}`);
  }
}
