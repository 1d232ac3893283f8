import fc from 'fast-check';

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

/** What a slip of the finger does to a file. */
export type Mutation = {
  kind: 'drop' | 'double' | 'swap' | 'value' | 'key' | 'indent' | 'cut';
  at: number;
  with: string;
};
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('drop', 'double', 'swap', 'value', 'key', 'indent', 'cut'),
  at: fc.nat(),
  with: fc.oneof(fc.constantFrom(...JUNK), fc.string({ maxLength: 6 })),
});

export function mutate(text: string, { kind, at, with: junk }: Mutation): string {
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
