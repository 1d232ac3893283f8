/**
 * The real parts of windlass: found, or fetched, and started for one run.
 *
 *     const parts = await startParts({ want: ['temporal', 'engine', 'registry', 'compose', 'images'] });
 *     parts.temporal.address   parts.temporal.uiUrl      parts.engine.host      parts.registry.address
 *     parts.compose.command    parts.images.proxy.name   parts.images.base.name
 *     parts.beforeStop(() => worker.shutdown());
 *     await parts.stop();
 *
 * `startParts` throws PartMissing when one cannot be had; `tryParts` starts the others and says in `missing` why.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompose, type Compose } from './find/compose';
import { findEngine, findOrStartEngine, type Engine } from './server/engine';
import { clientOf } from './server/engine-client';
import {
  prepareImages,
  prepareNginxImage,
  prepareNodeImage,
  preparePostgresImage,
  prepareProxyImage,
  type Image,
  type Images,
} from './image/images';
import { inOneLine, PartMissing, type PartName } from './find/missing';
import { pullerFor } from './image/pull';
import { type KeptRegistry, startRegistry, type Registry } from './server/registry';
import { Run, sweepLeftovers } from './run/runs';
import { stopWith } from './run/stopping';
import { startTemporal, type TemporalOptions, type TemporalServer } from './server/temporal';

interface Handles {
  temporal: TemporalServer;
  engine: Engine;
  compose: Compose;
  registry: Registry;
  images: Images;
  proxy: Image;
  nginx: Image;
  node: Image;
  postgres: Image;
}

export interface PartsOptions<Name extends PartName> {
  want: readonly Name[];
  /** The folder of this run, removed at the end; by default a new one among the temporary files. */
  dir?: string;
  temporal?: TemporalOptions;
  /** An engine that has to be started keeps here what it has, from run to run. */
  engineData?: string;
  /** The image of `proxy`, where a hub gives it. */
  proxyImage?: string;
  /** The registry is kept from run to run, here. */
  registry?: KeptRegistry;
  /** Takes a line for each part: what it is, where it is from, how long that took. */
  print?: (line: string) => void;
}

interface Running {
  dir: string;
  /** Has something of the caller's stopped before the parts are, last given first. */
  beforeStop(action: () => unknown): void;
  /** Stops all, the last started first; further calls wait for the same end. */
  stop(): Promise<void>;
}

export type Parts<Name extends PartName> = Running & Pick<Handles, Name>;
export type PartsHad = Running & Partial<Handles> & { missing: Partial<Record<PartName, PartMissing>> };

/**
 * Starts the parts. They are stopped by `stop`, by Ctrl-C, SIGTERM or an uncaught error of this process, and, if it is
 * killed, by the next run. Throws PartMissing when one cannot be had; then all others are stopped.
 */
export async function startParts<Name extends PartName>(options: PartsOptions<Name>): Promise<Parts<Name>> {
  const parts = await tryParts(options);
  const [missing] = Object.values(parts.missing);
  if (!missing) return parts as unknown as Parts<Name>;
  await parts.stop();
  throw missing;
}

/** As `startParts`, but an unavailable part is listed in `missing` and stops nothing. */
export async function tryParts(options: PartsOptions<PartName>): Promise<PartsHad> {
  const run = new Run(options.dir ?? mkdtempSync(join(tmpdir(), 'windlass-run-')));
  const stopping = stopWith(run);
  const missing: PartsHad['missing'] = {};
  const { want, print = () => undefined } = options;

  /** Starts one part, when it is wanted, and prints its line. */
  async function part<T>(name: PartName, start: () => Promise<T>, describe: (had: T) => string) {
    if (!want.includes(name)) return undefined;
    const began = Date.now();
    try {
      const had = await start();
      print(`${name.padEnd(9)} ${describe(had)}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
      return had;
    } catch (error) {
      if (!(error instanceof PartMissing)) throw new Error(`${name}: ${inOneLine(error)}`, { cause: error });
      missing[name] = error;
      print(error.message);
      return undefined;
    }
  }
  const told = (had: { version: string; from: string }) => `${had.version}, ${had.from}`;

  async function onEngine() {
    const engine = await part('engine', () => findOrStartEngine(run, options.engineData), told);
    const any = engine ?? (want.includes('registry') ? await findEngine() : undefined);
    const on = any && { engine: any, pull: pullerFor(clientOf(any.host)) };
    const need = () => {
      if (engine && on) return on;
      throw new PartMissing('images', ['no engine: see there'], missing.engine?.todo ?? 'Want an engine, too.');
    };
    const [registry, images] = await Promise.all([
      part('registry', () => startRegistry(run, on, options.registry), told),
      part(
        'images',
        async () => prepareImages(need().engine, need().pull),
        (had) => describeImages(had.proxy, had.base),
      ),
    ]);
    const proxy = await part(
      'proxy',
      async () => prepareProxyImage(need().engine, need().pull, options.proxyImage!),
      describeImages,
    );
    const nginx = await part('nginx', async () => prepareNginxImage(need().engine, need().pull), describeImages);
    const node = await part('node', async () => prepareNodeImage(need().engine, need().pull), describeImages);
    const postgres = await part(
      'postgres',
      async () => preparePostgresImage(need().engine, need().pull),
      describeImages,
    );
    return { engine, registry, images, proxy, nginx, node, postgres };
  }

  try {
    const [swept, compose, temporal, others] = await Promise.all([
      sweepLeftovers(),
      part('compose', findCompose, told),
      part('temporal', () => startTemporal(run, options.temporal), told),
      onEngine(),
    ]);
    swept.forEach((line) => print(line));
    return { ...stopping, dir: run.dir, missing, compose, temporal, ...others };
  } catch (error) {
    await stopping.stop();
    throw error;
  }
}

const describeImages = (...images: Image[]) => images.map(({ name, from }) => `${name} (${from})`).join(', ');
