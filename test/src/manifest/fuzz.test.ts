import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseManifest } from '../../../src/manifest/parse';
import { describeProblem } from '../../../src/model/problem';

/** Mutations of the examples: whatever a manifest says, it is read, or everything wrong is told in the documented form. */
const root = join(__dirname, '../../..');
const EXAMPLES = ['docs/windlass.example.yaml', 'examples/shop/windlass.yaml'].map((file) =>
  readFileSync(join(root, file), 'utf8'),
);
const SEED = Number(process.env['WINDLASS_SEED'] ?? Date.now() % 2 ** 31);

const JUNK = [
  '',
  '~',
  '[]',
  '{}',
  '[',
  '- a',
  '-1',
  '1e999',
  '.inf',
  'true',
  '"',
  '&a',
  '*a',
  '<<',
  '? ',
  '!!binary x',
  '\t',
  '\u0000',
  '💥',
  '__proto__',
  'constructor',
  "'",
  '|',
  '>',
  '%',
  '2026-01-01',
  '0x1',
  'a: b',
];

type Mutation = { kind: 'drop' | 'double' | 'swap' | 'value' | 'key' | 'indent' | 'cut'; at: number; with: string };
const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('drop', 'double', 'swap', 'value', 'key', 'indent', 'cut'),
  at: fc.nat(),
  with: fc.oneof(fc.constantFrom(...JUNK), fc.string({ maxLength: 6 })),
});

function mutate(text: string, { kind, at, with: junk }: Mutation): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  const line = lines[index] ?? '';
  const other = (at * 7 + 3) % lines.length;
  switch (kind) {
    case 'drop':
      return lines.toSpliced(index, 1).join('\n');
    case 'double':
      return lines.toSpliced(index, 0, line).join('\n');
    case 'swap':
      return lines
        .with(index, lines[other] ?? '')
        .with(other, line)
        .join('\n');
    case 'value':
      return lines.with(index, line.replace(/: .*$/, `: ${junk}`)).join('\n');
    case 'key':
      return lines.with(index, line.replace(/[\w.-]+:/, `${junk}:`)).join('\n');
    case 'indent':
      return lines.with(index, ` ${line}`).join('\n');
    case 'cut':
      return text.slice(0, at % (text.length + 1));
  }
}

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
