import { createInterface } from 'node:readline/promises';
import { UserError } from './errors';

/** Asks a yes/no question. Without a terminal it throws, and `instead` says what to do. */
export async function confirm(question: string, instead: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UserError('Not a terminal, so nobody can answer.', undefined, instead);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
