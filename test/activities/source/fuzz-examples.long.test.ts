import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { forWorker } from '../../../parts/find/compose';
import { describeProblem, type Problem } from '../../../src/model/text/problem';
import { describeWith, parts } from '../../setup/parts';
import { seedOfRun } from '../../setup/seed';
import { temporaryFolder } from '../../setup/temporary';
import { runInProcess } from '../../cli/in-process';
import { mutate, mutation } from '../../src/manifest/mutate';

/**
 * Mutations of all examples, read by `windlass check --offline` with the real `docker compose`: whatever the files say, they
 * are read, or everything wrong is told in the documented form and with exit status 2. `WINDLASS_SEED=…` repeats a run,
 * `WINDLASS_FUZZ=…` makes it longer.
 */
const SEED = seedOfRun();
const RUNS = Number(process.env['WINDLASS_FUZZ'] ?? 40);
const EXAMPLES = join(__dirname, '../../../examples');
const FILES = ['docker-compose.yml', 'windlass.yaml', '.env'];

const check = (folder: string) =>
  runInProcess(['check', '--offline', '--json', '--file', join(folder, 'windlass.yaml')]);

/** All that lies in a folder. */
function contentsOf(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      hash.update(join(entry.parentPath, entry.name)).update(readFileSync(join(entry.parentPath, entry.name)));
  return hash.digest('hex');
}

/** What only a defect prints; docker compose itself speaks of an `undefined volume`. */
const SPILT =
  /undefined(?! (?:volume|network|service|secret|config)\b)|\[object|NaN|TypeError|node_modules|^\s+at .*:\d+:\d+/m;

describeWith(['compose'], 'the files of a release', () => {
  const names = readdirSync(EXAMPLES);
  const folder = temporaryFolder();
  beforeAll(() => {
    cpSync(EXAMPLES, folder, { recursive: true });
    process.env['WINDLASS_COMPOSE'] = forWorker(parts().compose);
    process.env['WINDLASS_REGISTRY'] = 'registry.example.com';
  });

  it(
    `are read, or told wrong in the documented form, however they are mutated; seed ${SEED}`,
    async () => {
      const form = /^[\w .-]+(, [\w .-]+)*(:\d+:\d+)?( \S.*?)?: \S/s;
      let tried = 0;
      let bad = 0;
      const law = fc.asyncProperty(
        fc.constantFrom(...names),
        fc.constantFrom(...FILES),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (name, file, mutations) => {
          const path = join(folder, name, file);
          const text = readFileSync(path, 'utf8');
          try {
            writeFileSync(path, mutations.reduce(mutate, text));
            const before = contentsOf(folder);
            const { status, out, err } = await check(join(folder, name));
            expect({ status, out, err }).toMatchObject({ status: out.includes('"problems": []') ? 0 : 2 });
            const { problems, error } = JSON.parse(out) as { problems: Problem[]; error?: unknown };
            expect(error).toBeUndefined();
            const told = problems.map(describeProblem);
            tried += 1;
            if (status === 2) bad += 1;
            expect(told.filter((line) => !form.test(line))).toEqual([]);
            expect(`${out}${err}`).not.toMatch(SPILT);
            expect(contentsOf(folder)).toBe(before);
          } finally {
            writeFileSync(path, text);
          }
        },
      );
      await fc.assert(law, {
        numRuns: RUNS,
        seed: SEED,
        interruptAfterTimeLimit: RUNS * 1_000,
        markInterruptAsFailure: false,
      });
      expect(bad).toBeGreaterThan(tried / 5);
    },
    RUNS * 3_000 + 60_000,
  );
});
