import { Argument } from 'commander';
import { Bench } from './beds/bench';
import { describeMachine } from '../machine';
import { numberOption, tool } from '../options';
import { MEASUREMENTS, type Section } from './measurements';
import { storeResults, writeSection } from './results';

const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Takes the measurements that are named, or all; what all of them say is stored. */
async function measure(names: string[], rounds: number): Promise<void> {
  const bench = await Bench.open(rounds, say);
  try {
    const machine = await describeMachine(bench);
    const sections: Section[] = [];
    for (const name of names.length > 0 ? names : Object.keys(MEASUREMENTS)) {
      const section = await MEASUREMENTS[name as keyof typeof MEASUREMENTS](bench).catch(failed(name));
      say(`\n${writeSection(section)}`);
      sections.push(section);
    }
    if (names.length === 0) say(`\nStored in ${storeResults(sections, { machine, rounds })}`);
  } finally {
    await bench.close();
  }
}

/** The others are taken all the same, and that it could not be taken stands in its place. */
const failed =
  (name: string) =>
  (error: Error): Section => {
    process.exitCode = 1;
    process.stderr.write(`\n${name} failed: ${error.stack}\n`);
    return { title: name, about: `Could not be taken: ${error.message}`, tables: [] };
  };

const bench = tool('bench', 'Takes the measurements that are named, or all; what all of them say is stored.')
  .addArgument(new Argument('[measurement...]', 'which').choices(Object.keys(MEASUREMENTS)))
  .addOption(numberOption('rounds', 'how often each is taken', 3))
  .parse();
measure(bench.args, bench.opts<{ rounds: number }>().rounds).then(
  () => process.exit(),
  (error: Error) => {
    process.stderr.write(`\nThe measurement failed: ${error.stack}\n`);
    process.exit(1);
  },
);
