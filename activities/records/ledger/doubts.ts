import type { Doubt, LedgerEntry, ToldEntry } from '../../../src/model/ledger/ledger';
import { isSignedByItsKey } from './ledger-key';
import { type Trusted, whyNotDecided } from './links';

/** Tells of each entry whether it proves itself. What it says about that itself counts for nothing. */
export const tellDoubts = (entries: LedgerEntry[], trust: Trusted): ToldEntry[] =>
  entries.map((entry) => {
    const { doubt: _, ...told }: ToldEntry = entry;
    const doubt = findDoubt(entry, trust);
    return doubt ? { ...told, doubt } : told;
  });

function findDoubt(entry: LedgerEntry, { keys, people }: Trusted): Doubt | undefined {
  if (!entry.seal) return 'unsigned';
  if (!isSignedByItsKey(entry)) return 'changed';
  if (!keys.includes(entry.seal.key)) return 'unknown-key';
  return people && whyNotDecided(entry, people) !== undefined ? 'forged' : undefined;
}
