/** Signs that every language writes in its own way, and digits that nothing else has. */
const DIGITS = ['q7x3k9v2', 'm4z8w1j6'];
export const CANARY = `pä$$ "w/rd?&\\=<é>'${DIGITS.join('-')}`;

const hex = (text: string) => Buffer.from(text).toString('hex');
const backwards = (text: string) => Array.from(text).reverse().join('');
const inBase64 = (text: string) =>
  [0, 1, 2].map((before) =>
    Buffer.from('x'.repeat(before) + text)
      .toString('base64')
      .slice(4, 10)
      .toLowerCase(),
  );

/** How the digits look, whatever became of the signs. */
const TRACES = DIGITS.flatMap((some) => [some, backwards(some), hex(some), ...inBase64(some)]);

/** What a text still has of the canary, in any spelling. */
export const tracesIn = (text: string): string[] => TRACES.filter((trace) => text.toLowerCase().includes(trace));
