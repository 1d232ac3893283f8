import { createHash } from 'node:crypto';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import type { Records } from '../repository';

const PREFIX = 'ledger-';

/** A tag of the ledger, read. */
export interface LedgerTag {
  tag: string;
  time: string;
  hash: string;
  /** Missing for an entry of an earlier version, whose tag does not say it; empty for one of no environment. */
  environment?: string;
}

const TAG = /^ledger-(\d{8}T\d{9}Z)-([0-9a-f]{12})(?:_(.*))?$/;

/** The tags of the ledger, oldest first. */
export async function listLedger({ registry, repository }: Records): Promise<LedgerTag[]> {
  const tags = (await registry.listTags(repository)).filter((tag) => tag.startsWith(PREFIX)).sort();
  return tags.map(readTag);
}

function readTag(tag: string): LedgerTag {
  const [, time = '', hash = '', environment] = TAG.exec(tag) ?? [];
  return { tag, time, hash, ...(environment !== undefined && { environment }) };
}

export const hashOfId = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 12);

export const writeTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:.]/g, '');

/** Milliseconds since 1970. */
const readTime = (time: string): number =>
  Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)(...)Z$/, '$1-$2-$3T$4:$5:$6.$7Z'));

/** When an entry was written, by its tag: milliseconds since 1970. */
export const timeOf = (tag: string): number => readTime(tag.split('-')[1] ?? '');

export const writeTag = (time: string, { id, environment = '' }: Pick<LedgerEntry, 'id' | 'environment'>): string =>
  `${PREFIX}${time}-${hashOfId(id)}_${environment}`;
