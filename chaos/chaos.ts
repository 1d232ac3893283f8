import { parseArgs } from 'node:util';
import { startParts } from '../parts/start';
import { Arena } from './arena';
import { FAULTS, type FaultName } from './faults';
import { NotEnded, play } from './play';
import { choose } from './choose';
import { keyOf, readResults, storeResult, writePage } from './results';

const say = (text: string) => void process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string' },
    /** Some faults only: `--fault 'worker killed'`. */
    fault: { type: 'string', multiple: true, default: Object.keys(FAULTS) },
    /** Some operations only. */
    operation: { type: 'string', multiple: true, default: [] },
    table: { type: 'boolean' },
  },
});

/** Plays so many triples: first those that were never played, then by seed. */
async function campaign(runs: number, seed: number): Promise<void> {
  const parts = await startParts({ want: ['engine', 'registry', 'compose', 'images'], print: say });
  parts.beforeStop(() => arena?.close());
  let arena: Arena | undefined;
  try {
    arena = await Arena.open(parts);
    for (const played of choose(readResults(), {
      runs,
      seed,
      faults: values.fault as FaultName[],
      operations: values.operation,
    })) {
      const result = await play(arena, played).catch((error: Error) => {
        const nothing = { ended: 'neither', answers: [], failed: 0, sent: 0, seconds: 0 } as const;
        if (error instanceof NotEnded)
          storeResult({ ...played, ...nothing, broken: [error.message], at: new Date().toISOString() });
        throw error;
      });
      const name = `${keyOf(played)} | ${played.point} | seed ${played.seed}`;
      if (!result) {
        say(`${name}: the boundary never came`);
        continue;
      }
      storeResult({ ...result, at: new Date().toISOString() });
      const { ended, failed, sent, seconds, answers, broken } = result;
      const asked = answers.length > 0 ? `, asked: ${answers.join(', ')}` : '';
      say(`${name}: ${ended}${asked}, ${failed} of ${sent} requests failed, ${seconds} s`);
      for (const one of broken) say(`  BROKEN ${one}`);
    }
  } finally {
    await parts.stop();
  }
}

const seed = Number(values.seed ?? Date.now() % 100_000);
if (values.table) say(writePage());
else {
  say(`seed ${seed}`);
  campaign(Number(values.runs), seed).then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`\nThe campaign ended early: ${error.stack}\nThe same command goes on from here.\n`);
      process.exit(1);
    },
  );
}
