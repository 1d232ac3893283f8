import { createInterface } from 'node:readline/promises';
import { Told } from './errors';

/** Asks a person; where there is none, says how to do without. */
export async function confirm(question: string, instead: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new Told('There is nobody to ask here.', undefined, instead);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
