import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/text/problem';
import { seedOfRun } from '../../setup/seed';
import { mutate, mutation } from './mutate';

/** Mutations of the examples: whatever a manifest says, it is read, or everything wrong is told in the documented form. */
const root = join(__dirname, '../../..');
const EXAMPLES = ['docs/windlass.example.yaml', 'examples/shop/windlass.yaml'].map((file) =>
  readFileSync(join(root, file), 'utf8'),
);
const SEED = seedOfRun();

test(`mutations of the examples, seed ${SEED}`, () => {
  const form = /^windlass\.yaml(:\d+:\d+)?( \S.*?)?: \S/s;
  let bad = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...EXAMPLES),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (example, mutations) => {
        const text = mutations.reduce(mutate, example);
        const { manifest, problems } = parseManifest('windlass.yaml', text);
        const told = problems.map(describeProblem);
        if (told.length > 0) bad += 1;
        expect(told.filter((line) => !form.test(line))).toEqual([]);
        expect(manifest !== undefined || told.length > 0).toBe(true);
        expect(told.filter((line) => /undefined|\[object|NaN|TypeError|node_modules/.test(line))).toEqual([]);
      },
    ),
    { numRuns: 800, seed: SEED, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
  expect(bad).toBeGreaterThan(20);
});
