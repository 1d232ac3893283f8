import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { hostProxy } from '../../../activities/drivers/proxy/host-proxy';
import { beginRelease } from '../../../cli/temporal/carry-out/start-release';
import { cleanUp } from '../../clean-up';
import { Shop } from '../../shop';
import { freePort } from '../../../parts/run/ports';
import { releaseName } from '../../../src/model/release';
import { rolloutId } from '../../../src/model/names';
import { fingerprintOf } from '../../../cli/local/images';
import type { Bench } from '../beds/bench';
import { compareSides } from '../figures/compare';
import { readHistory } from '../figures/history';
import { Installation } from '../beds/installation';
import { takeTurns, type Turn } from '../rounds';
import { buildAndPush } from '../script/images';
import { Script } from '../script/script';
import { openTools } from '../script/tools';
import { median, seconds, spread } from '../figures/stats';
import { Stopwatch } from '../figures/stopwatch';
import { composeFile, HEALTH, writeService } from '../beds/tiny';
import { BY } from '../beds/windlass-side';
import type { Section } from './index';

const APPLICATIONS = 50;

interface ProcessorTime {
  own: number;
  programs: number;
}

/** One turn of windlass, and what its worker needed for it. */
interface ManyTurn extends Turn {
  finished: number;
  /** Of each release. */
  events: number[];
  /** In use, in bytes: before and after. */
  memory: { before: number; after: number };
  processor: ProcessorTime;
}

/** Fifty applications released at the same moment on one worker, against the engine alone. */
export async function measureMany(bench: Bench): Promise<Section> {
  const image = await buildImage(bench, join(bench.parts.dir, 'many'));
  let count = 0;
  // Of each turn its own: what was released before is no first release.
  const apps = () => Array.from({ length: APPLICATIONS }, () => `many${++count}`);
  const turns = await takeTurns(bench, {
    windlass: () => releaseAll(bench, apps(), image),
    script: () => askEngineForAll(bench, apps(), image),
  });
  const most = (valueOf: (turn: ManyTurn) => number) => Math.max(...turns.windlass.map(valueOf));
  return {
    title: `${APPLICATIONS} releases of different applications at once`,
    about:
      'The first release of each, of one service that starts at once, with a given, local image; one freshly started worker. ' +
      'Beside it the same containers, networks and routes asked of the engine by scripts that all begin at the same moment. ' +
      'Each turn finds an engine with nothing of the turns before. ' +
      'Wanted: all finish, within 1.2 × the time of the engine alone.',
    tables: [
      compareSides(turns, ['done']),
      {
        title: 'What windlass needs for it',
        head: ['what', 'of all rounds'],
        rows: [
          ['releases that finished', turns.windlass.map(({ finished }) => `${finished}`).join(', ')],
          ['history events of a release', summary(turns.windlass.flatMap(({ events }) => events))],
          ['memory of the worker before, at most', megabytes(most(({ memory }) => memory.before))],
          ['memory of the worker after, at most', megabytes(most(({ memory }) => memory.after))],
          ['its processor time, at most', seconds(most(({ processor }) => processor.own))],
          ['of git and docker compose, at most', seconds(most(({ processor }) => processor.programs))],
        ],
      },
    ],
  };
}

async function releaseAll(bench: Bench, apps: string[], image: string): Promise<ManyTurn> {
  const { parts, client, print } = bench;
  const http = `127.0.0.1:${await freePort()}`;
  const installation = await Installation.open(bench, { http });
  const engine = connectEngine({ name: 'local', address: 'local' }, { dockerHost: parts.engine.host });
  await hostProxy.ensure(engine, {
    installation: installation.name,
    kind: 'traefik',
    image: parts.images.proxy.name,
    http,
  });
  const temporal = { client, address: parts.temporal.address, namespace: 'default', taskQueue: installation.name };
  const requests = apps.map((app) => {
    const repository = Shop.start(join(installation.dir, app));
    repository.write('docker-compose.yml', composeFile(['web'], parts.images.base.name));
    repository.write('windlass.yaml', manifest(app));
    const source = { url: repository.dir, commit: repository.commit('One of many') };
    const images = { web: image };
    return { app, release: releaseName(source.commit, fingerprintOf(images)), source, images, startedBy: BY };
  });
  const worker = installation.worker.workerPid!;
  const [before, idle] = [memoryOf(worker), processorTimeOf(worker)];
  const watch = new Stopwatch();
  const begun = await Promise.all(requests.map((request) => beginRelease(temporal, request)));
  const ends = await Promise.allSettled(begun.map(({ handle }) => handle.result()));
  const ms = watch.read();
  const [after, busy] = [memoryOf(worker), processorTimeOf(worker)];
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [reasonOf(end.reason as Error)] : []));
  for (const failure of failures) print(`failed: ${failure}`);
  const finished = begun.filter((_, index) => ends[index]!.status === 'fulfilled');
  const events = await Promise.all(
    finished.map(async ({ app, handle }) => {
      const histories = [handle.workflowId, rolloutId(app, 'production')].map((id) => readHistory(client, id));
      return (await Promise.all(histories)).reduce((sum, { events: own }) => sum + own, 0);
    }),
  );
  await installation.close();
  const processor = { own: busy.own - idle.own, programs: busy.programs - idle.programs };
  return {
    ms,
    switchedMs: ms,
    finished: finished.length,
    events,
    memory: { before, after },
    processor,
  };
}

async function askEngineForAll({ parts }: Bench, apps: string[], image: string): Promise<Turn> {
  const installation = `many-${randomBytes(3).toString('hex')}`;
  const proxy = { image: parts.images.proxy.name, http: `127.0.0.1:${await freePort()}` };
  const close = () => cleanUp(parts.engine.host, installation, []);
  parts.beforeStop(close);
  const scripts: Script[] = [];
  for (const app of apps) {
    const place = { installation, app, environment: 'production' };
    const tools = openTools(place, { name: 'engine', address: parts.engine.host });
    const application = {
      services: [{ name: 'web', health: HEALTH }],
      route: { service: 'web', host: `${app}.localhost`, port: 80 },
    };
    scripts.push(await Script.open([tools], application, proxy));
  }
  const watch = new Stopwatch();
  await Promise.all(scripts.map((script) => script.release({ web: image })));
  const ms = watch.read();
  await close();
  return { ms, switchedMs: ms };
}

/** Of the innermost cause. */
const reasonOf = (error: Error): string => (error.cause instanceof Error ? reasonOf(error.cause) : error.message);

const manifest = (app: string) => `app: ${app}
environments:
  production:
    hosts: [local]
    routes: [{ service: web, host: ${app}.localhost }]
    soak: 0s
`;

async function buildImage({ parts }: Bench, folder: string): Promise<string> {
  const { engine: on, registry, images } = parts;
  const engine = connectEngine({ name: 'local', address: 'local' }, { dockerHost: on.host });
  writeService(folder, 'one of many');
  const repository = `${registry.address}/many/web`;
  parts.beforeStop(() => cleanUp(on.host, 'many', [`${registry.address}/many`]));
  return await buildAndPush({ engine }, new Stopwatch(), { folder, repository, tag: '1', base: images.base.name });
}

/** What of its memory is in use, in bytes, as Linux says. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;

/** Of the process, and of those that it ran to their end (git, docker compose), in milliseconds; Linux counts in hundredths of a second. */
function processorTimeOf(pid: number): ProcessorTime {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0, usersBelow = 0, systemBelow = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return { own: 10 * (user + system), programs: 10 * (usersBelow + systemBelow) };
}

const summary = (values: number[]) => `${median(values)} (${spread(values, String)})`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
