import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { ATTRIBUTE_TYPES } from '../cli/temporal/attributes';
import { freePort } from '../parts/ports';
import { Run } from '../parts/runs';
import { startParts } from '../parts/start';
import { startTemporal } from '../parts/temporal';
import { keyOf, readResults, storeResult, writeTable } from './results';
import { allTriples, Arena, type Triple } from './run';

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Plays triples until there were `runs` of them: first those that were never played, then by seed. */
async function play(runs: number, seed: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'windlass chaos '));
  const parts = await startParts({ want: ['engine', 'registry', 'compose', 'images', 'node'], print: say });
  // A server of the campaign's own, at one address, for it is killed and started again on the same data.
  mkdirSync(join(dir, 'temporal'));
  const run = new Run(join(dir, 'temporal'));
  const options = {
    port: await freePort(),
    dbFile: join(dir, 'temporal.db'),
    searchAttributes: ATTRIBUTE_TYPES,
  };
  let temporal = await startTemporal(run, options);
  parts.beforeStop(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const restart = async () => {
    process.kill(temporal.pid, 'SIGKILL');
    await temporal.stop();
    temporal = await startTemporal(run, options);
  };
  const arena = await Arena.open({ ...parts, temporal }, join(dir, 'stage'), { client: () => client, restart });
  try {
    for (const triple of choose(runs, seed)) {
      const result = await arena.play(triple);
      storeResult({ ...result, seed, at: new Date().toISOString() });
      const { ended, failed, sent, seconds, broken } = result;
      say(
        `${keyOf(triple)}: ${ended}, ${failed} of ${sent} requests failed, ${seconds} s${broken.map((one) => `\n  BROKEN ${one}`).join('')}`,
      );
    }
  } finally {
    await arena.close();
    await connection.close();
    await parts.stop();
  }
}

/** Those that were never played, then any; the order follows from the seed. */
export function choose(runs: number, seed: number): Triple[] {
  const all = shuffle(allTriples(), seed);
  const played = new Set(readResults().map(keyOf));
  const fresh = all.filter((triple) => !played.has(keyOf(triple)));
  return [...fresh, ...shuffle(all, seed + 1)].slice(0, runs);
}

function shuffle<T>(list: T[], seed: number): T[] {
  let state = seed >>> 0 || 1;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return list
    .map((one) => ({ one, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, seed: { type: 'string' }, table: { type: 'boolean' } },
});
const seed = Number(values.seed ?? Date.now() % 100_000);
if (values.table) say(writeTable());
else {
  say(`seed ${seed}`);
  play(Number(values.runs), seed).then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`\nThe campaign failed: ${error.stack}\n`);
      process.exit(1);
    },
  );
}
