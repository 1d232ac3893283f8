import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEngine } from '../../activities/drivers/docker/connect';
import { beginRelease } from '../../cli/temporal/start-release';
import { cleanUp } from '../../demo/cleanup';
import { Shop } from '../../demo/shop';
import { releaseName } from '../../src/model/release';
import { rolloutId } from '../../src/model/names';
import { fingerprintOf } from '../../cli/local/images';
import type { Bench } from '../bench-stand';
import { readHistory } from '../history';
import { buildAndPush } from '../script/images';
import { Script } from '../script/script';
import { openTools } from '../script/tools';
import { median, seconds, spread } from '../stats';
import { Stopwatch } from '../stopwatch';
import { composeFile, HEALTH, writeService } from '../tiny';
import { BY } from '../windlass-side';
import type { Section } from './index';

const APPLICATIONS = 50;

/** Fifty applications released at the same moment on one worker, against the engine alone. */
export async function measureMany(bench: Bench): Promise<Section> {
  const { installation } = await bench.local();
  const { parts, client, print } = bench;
  const names = Array.from({ length: APPLICATIONS }, (_, index) => `many${index + 1}`);
  const image = await buildImage(bench, join(installation.dir, 'many'));
  const base = parts.images.base.name;

  const temporal = { client, address: parts.temporal.address, namespace: 'default', taskQueue: installation.name };
  const requests = names.map((app) => {
    const repository = Shop.start(join(installation.dir, app));
    repository.write('docker-compose.yml', composeFile(['web'], base));
    repository.write('windlass.yaml', manifest(app));
    const source = { url: repository.dir, commit: repository.commit('One of many') };
    const images = { web: image };
    return { app, release: releaseName(source.commit, fingerprintOf(images)), source, images, startedBy: BY };
  });
  const worker = installation.worker.workerPid!;
  const [before, idle] = [memoryOf(worker), processorTimeOf(worker)];
  const windlass = new Stopwatch();
  const begun = await Promise.all(requests.map((request) => beginRelease(temporal, request)));
  const ends = await Promise.allSettled(begun.map(({ handle }) => handle.result()));
  const ours = windlass.read();
  const [after, busy] = [memoryOf(worker), processorTimeOf(worker)];
  print(`${APPLICATIONS} releases  windlass   ${seconds(ours)}`);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [reasonOf(end.reason as Error)] : []));
  for (const failure of failures) print(`failed: ${failure}`);
  const events = await Promise.all(
    begun.map(async ({ app, handle }) => {
      const histories = [handle.workflowId, rolloutId(app, 'production')].map((id) => readHistory(client, id));
      return (await Promise.all(histories)).reduce((sum, { events: own }) => sum + own, 0);
    }),
  );

  const place = (app: string) => ({ installation: `${installation.name}-many`, app, environment: 'production' });
  const proxy = { image: parts.images.proxy.name, http: '127.0.0.1:0' };
  parts.beforeStop(() => cleanUp(parts.engine.host, place('').installation, []));
  const scripts: Script[] = [];
  for (const app of names) {
    const tools = openTools(place(app), { name: 'engine', address: parts.engine.host });
    const application = {
      services: [{ name: 'web', health: HEALTH }],
      route: { service: 'web', host: `${app}.localhost`, port: 80 },
    };
    scripts.push(await Script.open([tools], application, proxy));
  }
  const engine = new Stopwatch();
  await Promise.all(scripts.map((script) => script.release({ web: image })));
  const theirs = engine.read();
  print(`${APPLICATIONS} releases  engine     ${seconds(theirs)}`);

  return {
    title: `${APPLICATIONS} releases of different applications at once`,
    about:
      'The first release of each, of one service that starts at once, whose image is given and there; one worker. Beside it the ' +
      'same containers, networks and routes asked of the engine by scripts that all begin at the same moment. Once each: both leave what they made. ' +
      'Wanted: all finish, within 1.2 × the time of the engine alone.',
    tables: [
      {
        head: [
          'side',
          'finished',
          'time',
          'of the engine alone',
          'history events of a release',
          'memory of the worker',
          'its processor time',
          'of git and docker compose',
        ],
        rows: [
          [
            'windlass',
            `${begun.length - failures.length}`,
            seconds(ours),
            (ours / theirs).toFixed(2),
            `${median(events)} (${spread(events, String)})`,
            `${megabytes(before)} → ${megabytes(after)}`,
            seconds(busy.own - idle.own),
            seconds(busy.programs - idle.programs),
          ],
          ['the engine alone', `${scripts.length}`, seconds(theirs), '', '', '', '', ''],
        ],
      },
    ],
  };
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
function processorTimeOf(pid: number): { own: number; programs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = 0, system = 0, usersBelow = 0, systemBelow = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return { own: 10 * (user + system), programs: 10 * (usersBelow + systemBelow) };
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
