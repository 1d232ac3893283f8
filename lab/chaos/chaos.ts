import { startParts } from '../../parts/start';
import { choiceOption, numberOption, tool } from '../options';
import { ChaosTestBed } from './test-bed';
import { FAULTS, type FaultName } from './faults';
import { NotEnded, play } from './play';
import { choose } from './choose';
import { keyOf, readResults, storeResult, writePage } from './results';

const say = (text: string) => void process.stdout.write(`${text}\n`);

interface Options {
  runs: number;
  seed?: number;
  fault: FaultName[];
  operation: string[];
  table?: true;
}

const values = tool('chaos', 'Strikes operations with faults at their boundaries, and checks how each release ended.')
  .addOption(numberOption('runs', 'triples to play: first those that were never played, then by seed', 500))
  .addOption(numberOption('seed', 'what is chosen (default: by chance)'))
  .addOption(choiceOption('fault', 'some faults only', Object.keys(FAULTS)))
  .option('--operation <name...>', 'some operations only', [])
  .option('--table', 'play nothing: write the page of results')
  .parse()
  .opts<Options>();

/** Plays so many triples: first those that were never played, then by seed. */
async function campaign(runs: number, seed: number): Promise<void> {
  const parts = await startParts({ want: ['engine', 'registry', 'compose', 'images'], print: say });
  parts.beforeStop(() => bed?.close());
  let bed: ChaosTestBed | undefined;
  try {
    bed = await ChaosTestBed.open(parts);
    for (const played of choose(readResults(), {
      runs,
      seed,
      faults: values.fault,
      operations: values.operation,
    })) {
      const result = await play(bed, played).catch((error: Error) => {
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
  campaign(values.runs, seed).then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`\nThe campaign ended early: ${error.stack}\nThe same command continues from here.\n`);
      process.exit(1);
    },
  );
}
