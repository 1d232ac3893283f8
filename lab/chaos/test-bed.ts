import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { openContext } from '../../activities/drivers/docker/build/context';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { cleanUp } from '../clean-up';
import { root, Shop } from '../shop';
import { Windlass, workerVariables } from '../windlass';
import { clientOf } from '../../parts/server/engine-client';
import { startHosts, type TestHosts } from '../../parts/host/hosts';
import { freePort } from '../../parts/run/ports';
import { Run } from '../../parts/run/runs';
import { startTemporal, type TemporalServer } from '../../parts/server/temporal';
import { environmentId, rolloutId } from '../../src/model/names';
import { COMPOSE, IMAGE, type ReleaseHealth, manifestOf, SERVICES } from './application';
import type { Installation } from './check';
import { RegistryDoor } from '../faults/registry-door';
import { Wire } from '../faults/wire';

/** The parts that the bed is built on; what faults break is of its own. */
export interface ChaosParts {
  engine: { host: string };
  registry: { address: string };
  compose: { command: string[] };
  images: { proxy: { name: string }; base: { name: string } };
}

/** An application of three services on two hosts over SSH, with all around it that can break. */
export class ChaosTestBed {
  readonly installation = `windlass-${randomBytes(3).toString('hex')}`;
  readonly app = `chaos${randomBytes(2).toString('hex')}`;
  worker!: Windlass;
  wire!: Wire;
  registry!: RegistryDoor;
  hosts!: TestHosts;
  client!: Client;
  private temporal!: TemporalServer;
  private variables: Record<string, string> = {};
  private readonly workers: Windlass[] = [];
  private readonly images: string[] = [];
  private readonly versions = new Map<string, string>();
  private version = 0;
  private readonly run = new Run(mkdtempSync(join(tmpdir(), 'windlass chaos ')));
  private readonly shop = Shop.start(join(this.run.dir, 'repository'));

  private constructor(private readonly parts: ChaosParts) {}

  static async open(parts: ChaosParts): Promise<ChaosTestBed> {
    const bed = new ChaosTestBed(parts);
    try {
      await bed.build();
      return bed;
    } catch (error) {
      await bed.close().catch(() => undefined);
      throw error;
    }
  }

  private async build(): Promise<void> {
    const { parts, run, installation } = this;
    const { engine, images } = parts;
    this.temporalOptions.port = await freePort();
    this.temporal = await startTemporal(run, this.temporalOptions);
    this.client = new Client({ connection: await Connection.connect({ address: this.temporal.address }) });
    this.wire = await Wire.open(this.temporal.address);
    this.registry = await RegistryDoor.open(parts.registry.address);
    this.hosts = await startHosts(2, {
      engine,
      registry: this.registry,
      images: [images.base.name, images.proxy.name],
      diskMegabytes: 700,
    });
    await this.buildImages();
    const temporal = { address: this.wire.address };
    this.variables = {
      ...workerVariables({ ...parts, temporal, registry: this.registry }, { installation, dir: run.dir, http: '80' }),
      ...this.hosts.variables,
    };
    this.worker = await this.anotherWorker();
    // Two of them, so that there is one to go back to.
    for (const _ of [1, 2]) await this.releaseWell();
  }

  /** Stops everything, and removes what was made. */
  async close(): Promise<void> {
    for (const worker of this.workers) await worker.stopWorker('SIGKILL');
    this.wire?.close();
    this.registry?.close();
    await this.client?.connection.close();
    await this.hosts?.stop();
    await cleanUp(this.parts.engine.host, this.installation, [`${this.registry?.address}/${this.app}`]);
    await this.run.undo();
  }

  // ---- what is played with

  /** Starts a worker beside those that run; of a `newer` build, one that was made from a copy. */
  async anotherWorker(build: 'this' | 'newer' = 'this'): Promise<Windlass> {
    const log = join(this.run.dir, `worker-${this.workers.length}.log`);
    const worker = new Windlass(this.variables, this.shop.dir, log, () => undefined);
    if (build === 'newer') worker.program = this.newerBuild();
    this.workers.push(worker);
    await worker.startWorker();
    return worker;
  }

  windlass = (...args: string[]) => this.workers[0]!.run(...args);

  /** On the same data, at the same address. */
  async restartTemporal(): Promise<void> {
    process.kill(this.temporal.pid, 'SIGKILL');
    await this.temporal.stop();
    this.temporal = await startTemporal(this.run, this.temporalOptions);
  }

  /** As from the Temporal UI. */
  async terminateRollout(): Promise<void> {
    await this.rollout.terminate('by the campaign');
  }

  get rolloutId(): string {
    return rolloutId(this.app, 'production');
  }

  get rollout(): WorkflowHandle {
    return this.client.workflow.getHandle(this.rolloutId);
  }

  get environment(): WorkflowHandle {
    return this.client.workflow.getHandle(environmentId(this.app, 'production'));
  }

  targetOf = (ip: string) => ({ address: `${ip}:80`, host: 'shop.localhost' });

  place(): Installation {
    const hosts = this.hosts.all.map(({ name, ip, engine }) => ({ name, engine, target: this.targetOf(ip) }));
    return {
      hosts,
      registry: this.parts.registry.address,
      installation: this.installation,
      app: this.app,
      services: SERVICES,
    };
  }

  /** Each release has a version of its own, which its answers say. */
  releaseOf = (version: string) => this.versions.get(version);

  /** A commit that is to be released. Its image is on no host, so it is pulled. */
  async commit(kind: ReleaseHealth): Promise<{ commit: string; release: string }> {
    const version = String((this.version += 1));
    const image = this.images[this.version % 2]!;
    this.shop.write('.env', `IMAGE=${image}\nVERSION=${version}\nMOOD=${kind}\n`);
    this.shop.write('docker-compose.yml', COMPOSE);
    this.shop.write(
      'windlass.yaml',
      manifestOf(
        this.app,
        this.hosts.all.map(({ address }) => address),
        kind,
      ),
    );
    const commit = this.shop.commit(`Version ${version}`);
    this.versions.set(version, commit.slice(0, 10));
    await this.forgetUnused();
    return { commit, release: commit.slice(0, 10) };
  }

  /** A release that nothing happens to. */
  async releaseWell(): Promise<string> {
    const { commit, release } = await this.commit('fine');
    const { status, stdout, stderr } = await this.windlass(...releaseCommand(commit));
    if (status !== 0) throw new Error(`a release that nothing happened to ended with ${status}:\n${stdout}${stderr}`);
    return release;
  }

  /** A rollback that nothing happens to, to the release before. */
  async rollBackWell(): Promise<void> {
    const { status, stdout, stderr } = await this.windlass('rollback', 'production', '--by', 'ops@example.com');
    if (status !== 0) throw new Error(`a rollback that nothing happened to ended with ${status}:\n${stdout}${stderr}`);
  }

  /** Images that no container runs are removed from the hosts, so that the next that needs one pulls it. */
  async forgetUnused(): Promise<void> {
    for (const { engine } of this.hosts.all)
      for (const image of this.images)
        await clientOf(engine)
          .getImage(image)
          .remove()
          .catch(() => undefined);
  }

  // ---- how it is built

  private readonly temporalOptions = {
    port: 0,
    dbFile: join(this.run.dir, 'temporal.db'),
    searchAttributes: ATTRIBUTE_TYPES,
    // What is scheduled stands in history before anybody is given it.
    eager: false,
  };

  /** Two that differ in a layer. */
  private async buildImages(): Promise<void> {
    const {
      engine: { host },
      images,
    } = this.parts;
    const engine = connectEngine({ name: 'local', address: 'local' }, { dockerHost: host });
    for (const number of [1, 2]) {
      const folder = join(this.run.dir, `image-${number}`);
      const files = { ...IMAGE(images.base.name), 'app/number': `${number} ${this.app}` };
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text, { mode: 0o755 });
      }
      const context = await openContext(folder, { dockerfile: 'Dockerfile', mtime: new Date() });
      const id = await engine.buildImage(context, { dockerfile: 'Dockerfile', args: {}, labels: {} });
      const name = `${this.registry.address}/${this.app}/all`;
      await engine.tagImage(id, name, `v${number}`);
      this.images.push(`${name}@${await engine.pushImage(name, `v${number}`, undefined)}`);
    }
  }

  /** A copy of the build that runs, as another version. */
  private newerBuild(): string {
    const folder = join(this.run.dir, 'newer');
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(root(), 'dist'), join(folder, 'dist'), { recursive: true });
    symlinkSync(join(root(), 'node_modules'), join(folder, 'node_modules'));
    const about = JSON.parse(readFileSync(join(root(), 'package.json'), 'utf8')) as object;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...about, version: `0.1.${this.workers.length}` }));
    return join(folder, 'dist/cli/windlass.js');
  }
}

export const releaseCommand = (commit: string) => [
  'release',
  '--commit',
  commit,
  '--by',
  'ci@example.com',
  '--until',
  'done',
];
