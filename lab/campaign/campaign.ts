import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import { describeMachine } from '../machine';
import { ATTRIBUTE_TYPES } from '../../cli/temporal/connect/attributes';
import { choiceOption, numberOption, tool } from '../options';
import { say, title } from '../say';
import { root } from '../shop';
import { TestBed } from '../test-bed';
import { type LabTargetKind, LAB_TARGETS } from '../targets';
import type { LabTarget } from '../targets/lab-target';
import { type ProxyPart, proxyImage } from '../windlass';
import { startParts } from '../../parts/start';
import type { StrategyKind } from '../../src/model/strategy';
import { add, addStreams, emptyLeg, MACHINES, type Leg, readLeg, storeLeg, STREAMS } from './results';
import { during, Rounds, underLoad, WRITTEN } from '../rounds';
import { startStreams, type StreamReport, streamingServer } from '../traffic/streams';
import { type Trouble, TROUBLES } from './troubles';

interface Options {
  switches: number;
  rate: number;
  strategy: StrategyKind[];
  trouble: Trouble[];
  proxy: ProxyPart;
  target: LabTargetKind;
  atOnce: number;
  streams?: true;
  again?: true;
}

const values = tool('campaign', 'Switches and rolls back under load, by every strategy, under every trouble.')
  .addOption(numberOption('switches', 'switches of each leg, and as many rollbacks', 50))
  .addOption(numberOption('rate', 'requests a second', 300))
  .addOption(choiceOption('strategy', 'some strategies only', Object.keys(WRITTEN)))
  .addOption(choiceOption('trouble', 'some troubles only', Object.keys(TROUBLES)))
  .addOption(new Option('--proxy <kind>', 'the proxy').choices(['traefik', 'nginx']).default('traefik'))
  .addOption(new Option('--target <kind>', 'what is released to').choices(Object.keys(LAB_TARGETS)).default('hosts'))
  .addOption(numberOption('at-once', 'legs side by side, each with an installation and a load of its own', 1))
  .option('--streams', "streams of gRPC's kind in place of requests")
  .option('--again', 'begin again, where results of an earlier run are there')
  .parse()
  .opts<Options>();
const { rate: perSecond, proxy, target } = values;
/** What `examples/probe` answers to. */
const WEB = { host: 'probe.localhost', port: 8080 };

/** Every strategy under every trouble: so many switches and as many rollbacks under load. */
async function campaign(): Promise<number> {
  title('Parts');
  const parts = await startParts({
    want: ['temporal', 'engine', 'registry', 'compose', 'images', 'node', ...(proxy === 'nginx' ? [proxy] : [])],
    temporal: { searchAttributes: ATTRIBUTE_TYPES },
    print: say,
  });
  const labTarget = await LAB_TARGETS[target](MACHINES, { ...parts, images: [proxyImage(parts, proxy)] }, WEB);
  parts.beforeStop(() => labTarget.stop());
  const machine = await describeMachine({ parts });
  const possible = values.trouble.filter((trouble) => labTarget.hosts.length > 0 || !TROUBLES[trouble].ofHosts);
  const wanted = possible.flatMap((trouble) =>
    values.strategy.map((strategy) => ({
      proxy,
      target,
      strategy,
      trouble,
      ...(values.streams && { streams: true as const }),
    })),
  );
  const legs = wanted.map((which) => (!values.again && readLeg(which)) || begin({ ...which, machine }));
  // What has come least far goes first: runs that are ended early leave legs alike.
  const waiting = [...legs].sort((a, b) => a.rollbacks - b.rollbacks);
  const playInTurn = async () => {
    for (let leg = waiting.shift(); leg; leg = waiting.shift()) await play(leg);
  };
  try {
    await Promise.all(Array.from({ length: values.atOnce }, playInTurn));
  } finally {
    await parts.stop();
  }
  return legs.filter(({ strategy, failed }) => strategy !== 'recreate' && failed > 0).length;

  async function play(leg: Leg): Promise<void> {
    const rounds = leg.strategy === 'recreate' ? Math.min(5, values.switches) : values.switches;
    if (leg.rollbacks >= rounds) return;
    const app = `probe${randomBytes(2).toString('hex')}`;
    const bed = await TestBed.open(parts, mkdtempSync(join(parts.dir, 'bed-')), {
      print: () => undefined,
      example: 'probe',
      proxy,
      app,
      room: await labTarget.roomFor(app, leg.strategy),
    });
    const close = once(() => bed.close());
    // On a signal the target ends at the same time, and takes everything with them.
    parts.beforeStop(() => close().catch(() => undefined));
    let isEnding = false;
    parts.beforeStop(() => void (isEnding = true));
    await walk(bed, labTarget.hosts, leg, rounds, () => isEnding);
    await close();
  }
}

function begin(leg: Pick<Leg, 'proxy' | 'target' | 'strategy' | 'trouble' | 'streams' | 'machine'>): Leg {
  const commit = execFileSync('git', ['-C', root(), 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return emptyLeg({ ...leg, perSecond, commit });
}

/**
 * From where the leg stands to so many switches and rollbacks; stored after each, so that a run may be ended at any time: what it
 * is at then loses what it stands on, and does not count.
 */
async function walk(
  bed: TestBed,
  hosts: LabTarget['hosts'],
  leg: Leg,
  wanted: number,
  isEnding: () => boolean,
): Promise<void> {
  let repaired: Promise<unknown> = Promise.resolve();
  const rounds = new Rounds(bed, async () => void (await repaired), leg.streams && 'h2c');
  if (leg.streams) speakHttp2(bed);
  await rounds.begin(leg.strategy);
  while (leg.rollbacks < wanted) {
    for (const kind of ['switches', 'rollbacks'] as const) {
      const began = Date.now();
      const before = rounds.asked;
      const seconds = () => (Date.now() - began) / 1_000;
      const work = async () => {
        const done = kind === 'switches' ? rounds.switch() : rounds.rollBack();
        repaired = TROUBLES[leg.trouble].strike({ bed, hosts, kind, round: leg[kind] });
        await Promise.all([done, repaired]);
      };
      const tell = leg.streams ? await underStreams() : await underRequests();
      if (isEnding()) return;
      storeLeg(leg);
      say(`${leg.strategy}, ${leg.trouble}: ${leg[kind]} ${kind}: ${tell}, ${seconds().toFixed(1)} s`);

      async function underRequests(): Promise<string> {
        const report = await underLoad(bed, perSecond, work);
        if (!isEnding()) add(leg, kind, { ...report, asked: rounds.asked - before });
        if (leg.strategy !== 'recreate') for (const failure of report.failures) say(`  ${failure}`);
        const outage = leg.strategy === 'recreate' ? `, outage ${report.outageMs} ms` : '';
        return `${report.sent} requests, ${report.failed} failed${outage}, p99 ${report.latency.p99} ms`;
      }

      async function underStreams(): Promise<string> {
        const report = await during(openStreams(bed), work);
        if (!isEnding()) addStreams(leg, kind, { ...report, seconds: seconds(), asked: rounds.asked - before });
        const failed = Object.entries(report.failed);
        for (const [what, count] of failed) say(`  ${count} × ${what}`);
        return `${report.ended} streams, ${failed.reduce((sum, [, count]) => sum + count, 0)} failed`;
      }
    }
  }
}

/** The probe answers streams alone. */
function speakHttp2({ shop }: TestBed): void {
  shop.write('web/main.js', streamingServer(8080));
  shop.edit('docker-compose.yml', 'VERSION: ${VERSION:-1}', 'NAME: version ${VERSION:-1}');
  shop.edit('docker-compose.yml', /\n    healthcheck:\n.*fetch\(.*\n.*interval: 5s/, '');
}

/** At the proxies of all hosts. */
function openStreams(bed: TestBed): { stop(): Promise<StreamReport> } {
  const all = bed.probes.map(({ address, host: hostname }) => {
    const [host = '', port] = address.split(':');
    return startStreams({ host, port: Number(port), hostname }, STREAMS);
  });
  return {
    async stop() {
      const reports = await Promise.all(all.map((one) => one.stop()));
      return reports.reduce((sum, one) => ({
        ended: sum.ended + one.ended,
        failed: addUp(sum.failed, one.failed),
        names: addUp(sum.names, one.names),
      }));
    },
  };
}

const addUp = (one: Record<string, number>, other: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)]),
  );

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}

campaign().then(
  (lost) => process.exit(lost > 0 ? 1 : 0),
  (error: Error) => {
    process.stderr.write(`\nThe campaign ended early: ${error.message}\nThe same command continues from here.\n`);
    process.exit(1);
  },
);
