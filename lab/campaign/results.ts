import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable } from '../table';
import type { LoadReport } from '../traffic/load';
import type { StreamReport } from '../traffic/streams';
import { root } from '../shop';
import type { StrategyKind } from '../../src/model/strategy';
import type { LabTargetKind } from '../targets';
import type { ProxyPart } from '../windlass';
import { type Trouble, TROUBLES } from './troubles';

/** How many hosts there are, each reached over SSH, or nodes of a swarm or cluster. */
export const MACHINES = 2;

/** As many streams are open at each proxy, and the shortest of them lasts so long. */
export const STREAMS = { count: 20, ms: 300 };

/** One strategy under one trouble, as far as it has come. */
export interface Leg {
  /** Missing in older results, from a time with one kind. */
  proxy?: ProxyPart;
  /** Missing in older results: hosts. */
  target?: LabTargetKind;
  strategy: StrategyKind;
  trouble: Trouble;
  /** Streams of gRPC in place of requests. */
  streams?: true;
  switches: number;
  rollbacks: number;
  sent: number;
  failed: number;
  failures: string[];
  echoed: number;
  closedByDrain: number;
  seconds: number;
  /** How often a step asked an operator. */
  asked: number;
  /** Milliseconds; the median of each round's. */
  medians: number[];
  p99: number[];
  longest: number;
  /** Of `recreate`: from the first failed request to the last, of each switch and rollback. */
  outagesMs: number[];
  perSecond: number;
  machine: string;
  commit: string;
}

export const emptyLeg = (
  leg: Pick<Leg, 'proxy' | 'target' | 'strategy' | 'trouble' | 'streams' | 'perSecond' | 'machine' | 'commit'>,
): Leg => ({
  ...leg,
  switches: 0,
  rollbacks: 0,
  sent: 0,
  failed: 0,
  failures: [],
  echoed: 0,
  closedByDrain: 0,
  seconds: 0,
  asked: 0,
  medians: [],
  p99: [],
  longest: 0,
  outagesMs: [],
});

/** Adds what one switch or rollback has shown. */
export function add(leg: Leg, kind: 'switches' | 'rollbacks', report: LoadReport & { asked: number }): void {
  leg[kind] += 1;
  for (const key of ['sent', 'failed', 'echoed', 'closedByDrain', 'seconds', 'asked'] as const) leg[key] += report[key];
  leg.failures = [...leg.failures, ...report.failures].slice(0, 20);
  leg.medians.push(report.latency.median);
  leg.p99.push(report.latency.p99);
  leg.longest = Math.max(leg.longest, report.latency.longest);
  if (leg.strategy === 'recreate') leg.outagesMs.push(report.outageMs);
}

/** As `add`, of streams. */
export function addStreams(
  leg: Leg,
  kind: 'switches' | 'rollbacks',
  seen: StreamReport & { seconds: number; asked: number },
): void {
  leg[kind] += 1;
  leg.sent += seen.ended;
  leg.seconds += seen.seconds;
  leg.asked += seen.asked;
  leg.failed += Object.values(seen.failed).reduce((sum, count) => sum + count, 0);
  leg.failures = [...leg.failures, ...Object.keys(seen.failed)].slice(0, 20);
}

const FILE = join(root(), 'lab/results/campaign.json');
const PAGE = join(root(), 'lab/results/campaign.md');

const readLegs = (): Leg[] => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Leg[]) : []);

type Which = Pick<Leg, 'proxy' | 'target' | 'strategy' | 'trouble' | 'streams'>;
const proxyOf = ({ proxy = 'traefik' }: Which) => proxy;
const targetOf = ({ target = 'hosts' }: Which) => target;
const isSame = (a: Which, b: Which) =>
  targetOf(a) === targetOf(b) &&
  proxyOf(a) === proxyOf(b) &&
  a.strategy === b.strategy &&
  a.trouble === b.trouble &&
  a.streams === b.streams;

/** The results of earlier runs, which a run continues. */
export const readLeg = (which: Which): Leg | undefined => readLegs().find((leg) => isSame(leg, which));

/** Stores the leg and the page of all legs. Reads them again, because runs of other legs may be in progress. */
export function storeLeg(leg: Leg): void {
  const troubles = Object.keys(TROUBLES);
  const legs = [...readLegs().filter((other) => !isSame(other, leg)), leg].sort(
    (a, b) =>
      targetOf(a).localeCompare(targetOf(b)) ||
      proxyOf(b).localeCompare(proxyOf(a)) ||
      troubles.indexOf(a.trouble) - troubles.indexOf(b.trouble) ||
      a.strategy.localeCompare(b.strategy),
  );
  writeFileSync(FILE, `${JSON.stringify(legs, undefined, 1)}\n`);
  writeFileSync(PAGE, describe(legs));
}

function describe(legs: Leg[]): string {
  const perSecond = [...new Set(legs.map((leg) => leg.perSecond))].join(' or ');
  // A load average is of the moment when a leg began.
  const machines = [...new Set(legs.map(({ machine }) => machine.replace(/; load average .*/, '')))].join('; ');
  return `# The campaign: is a request lost?

\`npm run campaign\`, and for fewer rounds \`npm run campaign -- --switches 5\`; \`--proxy nginx\` for the other proxy,
\`--target swarm\` and \`--target kubernetes\` for the other targets. It goes on where an earlier run stopped; \`--again\` begins
again. What a run has found is kept in \`lab/results/campaign.json\`, this page is made from it.

The application is \`examples/probe\`: a routed service that answers at once, after 0.8 s (\`/slow\`), to bodies and to
uploads, and talks over WebSockets (two instances of it where they roll), and a background service, on each of ${MACHINES} test hosts (\`parts/host/hosts.ts\`), which the worker reaches over SSH
alone; or on a swarm (\`parts/host/swarm.ts\`) or Kubernetes (\`parts/kubernetes/cluster.ts\`) of ${MACHINES} nodes, where a canary has a Gateway, and the others a Service and an Ingress. Each round is a release of a new commit by the program (built, pushed, planned, carried out by the worker through Temporal), and
then a rollback. All the time requests come in, ${perSecond} a second in all (the table says how many did), spread over the hosts' proxies, whatever is answered: GET and POST, over kept
connections and new ones, one of five of them slow, and at each proxy an upload of a second and a WebSocket that is echoed every 0.2 s. Nothing is
sent twice; whatever is not answered with 200 has failed. A WebSocket that the application closes by its own stop signal when the
drain time-out (1.5 s) is over is counted apart; one that is torn off has failed. When each has ended, the engines, the swarm or the cluster
are asked: instances of one release alone, all running.

What is done to windlass meanwhile (trouble):

${Object.entries(TROUBLES)
  .map(([name, { told }]) => `- ${name}: ${told}`)
  .join('\n')}

${table(legs.filter(({ streams }) => !streams))}

Streams of gRPC's kind, over HTTP/2 without TLS (\`npm run campaign -- --streams\`): ${STREAMS.count} are open at each proxy all the time, over four connections, each for
${STREAMS.ms / 1_000} to ${(STREAMS.ms + 37 * STREAMS.count) / 1_000} s with a message every 50 ms. One has failed that does not end with status 200, grpc-status 0 and messages of one version alone.

${streamTable(legs.filter(({ streams }) => streams))}

The application keeps idle connections for longer than any stall of the machine (\`keepAliveTimeout\`). With Node's default of 5 s, 2 of 6,045
requests were lost while nothing was switched, only instances started: the machine had stalled for 5 s, and an application that was frozen for so
long closes connections on which requests already wait, before it reads them. That explanation fits the times, and with the longer time-out
it has not happened since; no proxy can fix it for a POST.

What is not in the table: an earlier run of two legs side by side, 600 requests a second in all, beside other work. 5 of 45,819 requests of blue-green had no answer
within the client's 30 s, 0 of 45,666 of canary. p99 was 54 s and 49 s in the switch where that happened, at a load average of 38, so it is taken for a machine that
did not carry that load; it was not looked into further.

Latency (medians over the rounds, and the longest of all) is that of requests which the application answers at once, under a load that the machine hardly carries beside
engine, Temporal, builds and the load itself. Made on: ${machines}.

\`recreate\` is the strategy that says its outage beforehand. What was measured from the first request that failed to the last, per switch and rollback:
${outages(legs)}
`;
}

const HEAD = [
  'target',
  'proxy',
  'strategy',
  'trouble',
  'switches',
  'rollbacks',
  'requests',
  'a second',
  'failed',
  'WebSocket echoes',
  'closed by drain',
  'asked',
  'median',
  'p99',
  'longest',
];

function table(legs: Leg[]): string {
  const rows = legs
    .filter(({ strategy }) => strategy !== 'recreate')
    .map((leg) => [
      targetOf(leg),
      // A cluster has a proxy of its own.
      targetOf(leg) === 'kubernetes' ? 'its own' : proxyOf(leg),
      leg.strategy,
      leg.trouble,
      ...[
        leg.switches,
        leg.rollbacks,
        leg.sent,
        Math.round(leg.sent / leg.seconds),
        leg.failed,
        leg.echoed,
        leg.closedByDrain,
        leg.asked,
      ].map(String),
      ...[median(leg.medians), median(leg.p99), leg.longest].map((ms) => `${ms} ms`),
    ]);
  return writeTable({ head: HEAD, rows });
}

function streamTable(legs: Leg[]): string {
  const rows = legs.map((leg) => [
    leg.strategy,
    leg.trouble,
    ...[leg.switches, leg.rollbacks, leg.sent, leg.failed, leg.asked].map(String),
  ]);
  const head = ['strategy', 'trouble', 'switches', 'rollbacks', 'streams', 'failed', 'asked'];
  return rows.length > 0 ? writeTable({ head, rows }) : 'Not measured yet.';
}

function outages(legs: Leg[]): string {
  const lines = legs
    .filter(({ outagesMs }) => outagesMs.length > 0)
    .map((leg) => {
      const { outagesMs, trouble } = leg;
      const [least, most] = [Math.min(...outagesMs), Math.max(...outagesMs)];
      return `- on ${targetOf(leg)}, ${outagesMs.length} times, trouble: ${trouble}: median ${median(outagesMs)} ms, ${least} to ${most} ms`;
    });
  return lines.join('\n') || '- not measured yet';
}

export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
