import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../demo/shop';
import type { Result, Triple } from './run';

/** Results, a line each, so that a campaign that was cut off goes on where it was. */
const FILE = join(root(), 'chaos/results.jsonl');
const PAGE = join(root(), 'docs/chaos.md');

export interface Stored extends Result {
  seed: number;
  /** ISO 8601. */
  at: string;
}

export const keyOf = ({ fault, flow, operation, point }: Triple) => `${fault} | ${flow} | ${operation} | ${point}`;

export const readResults = (): Stored[] =>
  existsSync(FILE)
    ? readFileSync(FILE, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Stored)
    : [];

export const storeResult = (result: Stored): void => appendFileSync(FILE, `${JSON.stringify(result)}\n`);

/** The table fault × operation, from what is stored. */
export function writeTable(): string {
  const groups = new Map<string, Stored[]>();
  const all = readResults();
  for (const one of all) {
    const key = `${one.fault} | ${one.flow}: ${one.operation}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, some]) => row(key, some));
  const broken = all.filter((one) => one.broken.length > 0);
  const page = [
    '# What happens when something breaks in the middle',
    '',
    'Written by `npm run chaos -- --table` from `chaos/results.jsonl`; `npm run chaos` plays the triples (fault, operation, flow) that are not in it yet,',
    'then more by seed. Real parts, one host, 50 requests a second all the while. After each run the engine, the proxy’s answers and the ledger in the',
    'registry must agree on one release, with all of its instances running and nothing of another one left (`chaos/check.ts`).',
    '',
    `${all.length} runs, ${new Set(all.map(keyOf)).size} different, ${broken.length} with a broken invariant. Requests that fail are counted; those under "proxy killed" and "instance killed" are the fault’s own.`,
    '',
    '| fault | flow: operation | runs | ended new | ended old | asked | failed requests | seconds to converge, longest | broken |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    ...(broken.length > 0
      ? ['## Broken', '', ...broken.map((one) => `- ${keyOf(one)} (seed ${one.seed}): ${one.broken.join('; ')}`), '']
      : []),
  ].join('\n');
  writeFileSync(PAGE, page);
  return page;
}

function row(key: string, some: Stored[]): string {
  const count = (ended: string) => some.filter((one) => one.ended === ended).length;
  const failed = some.reduce((sum, one) => sum + one.failed, 0);
  const longest = Math.max(...some.map(({ seconds }) => seconds));
  const broken = some.filter((one) => one.broken.length > 0).length;
  return `| ${[key, some.length, count('new'), count('old'), count('asked'), failed, longest, broken].join(' | ')} |`;
}
