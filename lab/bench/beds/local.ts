import { join } from 'node:path';
import { Shop } from '../../shop';
import { freePort } from '../../../parts/run/ports';
import type { Bench } from './bench';
import { ComposeSide } from './compose-side';
import { Installation } from './installation';
import type { Images } from '../script/application';
import { buildAndPush } from '../script/images';
import { Script, type ScriptTurn } from '../script/script';
import { openTools, type Tools } from '../script/tools';
import { Stopwatch } from '../figures/stopwatch';
import { composeFile, HEALTH, type Tempo, writeService } from './tiny';
import { WindlassSide, type WindlassTurn } from './windlass-side';

/** The worker's own engine, and on it applications of tiny services: windlass, the script and docker compose beside it. */
export class LocalBed {
  private constructor(
    private readonly bench: Bench,
    readonly installation: Installation,
    readonly address: string,
  ) {}

  static async open(bench: Bench): Promise<LocalBed> {
    const address = `127.0.0.1:${await freePort()}`;
    return new LocalBed(bench, await Installation.open(bench, { http: address }), address);
  }

  /** An application of so many services that are built, the first of which is reached from outside. */
  async application(app: string, count: number, tempo: Tempo = {}): Promise<LocalApplication> {
    const { bench, installation } = this;
    const { parts } = bench;
    const services = Array.from({ length: count }, (_, index) => (index === 0 ? 'web' : `part${index + 1}`));
    const repository = Shop.start(join(installation.dir, app));
    const place = { installation: `${installation.name}-${app}`, app, environment: 'production' };
    const tools = openTools(place, { name: 'script', address: parts.engine.host });
    const application = {
      services: services.map((name) => ({ name, health: HEALTH })),
      route: { service: 'web', host: `${app}.localhost`, port: 80 },
    };
    const http = `127.0.0.1:${await freePort()}`;
    const script = await Script.open([tools], application, { image: parts.images.proxy.name, http });
    const repositories = `${parts.registry.address}/${place.installation}`;
    parts.beforeStop(() => script.close([parts.engine.host], [repositories]));
    const compose = await ComposeSide.open(bench, { services, folder: repository.dir, project: place.installation });
    const windlass = new WindlassSide(installation.commandsIn(repository.dir), app, bench.client);
    repository.write('docker-compose.yml', composeFile(services, parts.images.base.name));
    repository.write(
      'windlass.yaml',
      `app: ${app}
environments:
  production:
    hosts: [local]
    routes: [{ service: web, host: ${app}.localhost }]
    soak: 0s
`,
    );
    return new LocalApplication(bench, repository, services, tempo, windlass, script, tools, compose);
  }
}

/** Every turn releases files that nobody released yet. */
export class LocalApplication {
  private round = 0;

  constructor(
    private readonly bench: Bench,
    private readonly repository: Shop,
    private readonly services: string[],
    private readonly tempo: Tempo,
    private readonly windlassSide: WindlassSide,
    private readonly scriptSide: Script,
    private readonly tools: Tools,
    private readonly composeSide: ComposeSide,
  ) {}

  windlass = (): Promise<WindlassTurn> => this.windlassSide.release(this.change());

  script = async (): Promise<ScriptTurn> => {
    const commit = this.change();
    const { registry, images: parts } = this.bench.parts;
    const watch = new Stopwatch();
    const images: Images = {};
    for (const service of this.services)
      images[service] = await buildAndPush(this.tools, watch, {
        folder: join(this.repository.dir, service),
        repository: `${registry.address}/${this.tools.place.installation}/${service}`,
        tag: commit.slice(0, 10),
        base: parts.base.name,
      });
    return await this.scriptSide.release(images, watch);
  };

  compose = () => this.composeSide.release(this.change().slice(0, 10));

  private change(): string {
    const { repository, services, tempo } = this;
    this.round += 1;
    for (const service of services) writeService(join(repository.dir, service), `${this.round}`, tempo);
    return repository.commit(`Round ${this.round}`);
  }

  /** Where docker compose publishes the first service. */
  get composeAddress(): string {
    return this.composeSide.address;
  }
}
