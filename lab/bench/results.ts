import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../shop';
import type { Section } from './measurements';
import { writeTable } from '../table';

const FILE = 'lab/results/bench.md';
/** Remarks written by hand: which figures miss their target, and why. */
const REMARKS = 'lab/bench/remarks.md';

export const writeSection = ({ title, about, tables }: Section): string =>
  [`## ${title}`, about, ...tables.map(writeTable)].join('\n\n');

/** Stores what was measured in the repository; returns where. */
export function storeResults(sections: Section[], { machine, rounds }: { machine: string; rounds: number }): string {
  const intro =
    `Measured by \`npm run bench\` on a machine of ${machine}. What else runs there counts too: ratios hold ` +
    `better than times. Sides take turns, ${rounds} rounds each after a warm-up; medians and spread.`;
  const remarks = readFileSync(join(root(), REMARKS), 'utf8').trim();
  const text = ['# Results', intro, remarks, ...sections.map(writeSection)].join('\n\n');
  writeFileSync(join(root(), FILE), `${text}\n`);
  return FILE;
}
