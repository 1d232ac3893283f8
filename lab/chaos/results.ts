import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTable as table } from '../table';
import { root } from '../shop';
import { FAULTS, type FaultName } from './faults';
import type { Result } from './play';
import { allTriples, type Triple } from './triples';

/** Results, a line each, so that an interrupted campaign can continue. */
const FILE = join(root(), 'lab/results/chaos.jsonl');
const PAGE = join(root(), 'lab/results/chaos.md');

export interface Stored extends Result {
  /** ISO 8601. */
  at: string;
}

export const keyOf = ({ fault, flow, operation }: Triple) => `${fault} | ${flow} | ${operation}`;

export const readResults = (): Stored[] =>
  existsSync(FILE)
    ? readFileSync(FILE, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Stored)
    : [];

export const storeResult = (result: Stored): void => appendFileSync(FILE, `${JSON.stringify(result)}\n`);

const HEAD = [
  'runs',
  'ended new',
  'ended old',
  'asked',
  'requests',
  'failed',
  'seconds to converge, median',
  'longest',
  'broken',
];

/** Writes the page from what is stored; returns it. */
export function writePage(): string {
  const all = readResults();
  const names = Object.keys(FAULTS) as FaultName[];
  const triples = allTriples(names);
  const played = new Set(all.map(keyOf));
  const broken = all.filter((one) => one.broken.length > 0);
  const count = (ended: string) => all.filter((one) => one.ended === ended).length;
  const rows = (keyed: (one: Stored) => string[]) => {
    const groups = new Map<string, Stored[]>();
    for (const one of all)
      groups.set(JSON.stringify(keyed(one)), [...(groups.get(JSON.stringify(keyed(one))) ?? []), one]);
    const order = (key: string) => names.indexOf((JSON.parse(key) as FaultName[])[0]!);
    return [...groups]
      .sort(([a], [b]) => order(a) - order(b) || (a < b ? -1 : 1))
      .map(([key, some]) => [...(JSON.parse(key) as string[]), ...cells(some)]);
  };
  const page = `# What happens when something breaks in the middle

Written by \`npm run chaos -- --table\` from \`lab/results/chaos.jsonl\`. \`npm run chaos\` plays triples (fault, operation, flow): first those that are not in
it yet, then those that are least, in an order that follows from a seed that it prints; \`--seed\`, \`--runs\`, \`--fault\` and \`--operation\` say more.

Real parts: an application of three services on two hosts over SSH, a client with 10 requests a second to each host all the while. A flow is a release, a
rollback, or the unwinding of a release whose verification fails in the soak. The fault strikes at a boundary of the first activity of that name, which follows
from the seed: *scheduled* (in history, kept from every worker), *started*, *effect done* (its report held back) or *completed*. A gateway between the workers and
Temporal (\`lab/faults/wire.ts\`) sees and holds these; windlass knows nothing of it. Which triples make no sense is a rule in \`lab/chaos/triples.ts\`.

After each run the engines, the proxies’ answers and the ledger in the registry must agree on one release, with every service running on every host and nothing
of another release left; no answer may be of two releases; no request may fail but on the host whose proxy, instance or engine the fault itself broke; and what
the command said must be so (\`lab/chaos/check.ts\`, which shares nothing with windlass’s own observation). A release that asks is answered as an operator would:
the fault is repaired and the step retried, or everything is rolled back, or a lost host is excluded and updated by the next release.

**${all.length} runs, ${played.size} of ${triples.length} triples, ${count('new')} ended new, ${count('old')} ended old, ${broken.length} with a broken invariant.**

## What it found

- A worker that was frozen just when it was given \`removeInstance\`, and woke up when another worker had carried the release out and the environment had gone
  back, removed an instance that served again. Now an attempt that begins late asks the server whether it is still awaited, and one that slept on its way
  does nothing more (\`activities/heartbeat.ts\`).
- A registry without a blob of an image was taken for an unreachable one, and the pull was retried for minutes. Now it fails at once, like a
  missing image (\`activities/drivers/failures.ts\`).
- A proxy that was killed while the networks of the old release went was put into one of them once more by the engine, which windlass took for missing rights;
  or the engine could not find the network and gave up the proxy, so that no later release could start it. Now every container that has a network among its
  own is taken out of it before it goes, running or not, and who removes networks brings back a proxy that was given up (\`activities/drivers/docker/networks.ts\`,
  \`activities/drivers/proxy/lifecycle/networks.ts\`).

## By fault

${table({ head: ['fault', ...HEAD], rows: rows(({ fault }) => [fault]) })}

## By point

${table({ head: ['point', ...HEAD], rows: rows(({ point }) => [point]) })}

## By fault and operation

${table({ head: ['fault', 'operation', ...HEAD], rows: rows(({ fault, operation }) => [fault, operation]) })}
${broken.length > 0 ? `\n## Broken\n\n${broken.map((one) => `- ${keyOf(one)} | ${one.point} (seed ${one.seed}): ${one.broken.join('; ')}`).join('\n')}\n` : ''}`;
  writeFileSync(PAGE, page);
  return page;
}

function cells(some: Stored[]): string[] {
  const count = (ended: string) => some.filter((one) => one.ended === ended).length;
  const sum = (word: 'failed' | 'sent') => some.reduce((all, one) => all + one[word], 0);
  const seconds = some.map((one) => one.seconds).sort((a, b) => a - b);
  const asked = some.filter(({ answers }) => answers.length > 0).length;
  const broken = some.filter((one) => one.broken.length > 0).length;
  const median = seconds[Math.floor(seconds.length / 2)] ?? 0;
  return [
    some.length,
    count('new'),
    count('old'),
    asked,
    sum('sent'),
    sum('failed'),
    median,
    seconds.at(-1) ?? 0,
    broken,
  ].map(String);
}
