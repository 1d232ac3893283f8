import { findEnvironment } from '../../src/model/environment/find';
import type { Committed, EnvironmentState } from '../../src/model/environment/environment';
import { headOf, type LedgerEntry } from '../../src/model/ledger/ledger';
import { committedIn, rebuild } from '../../src/model/environment/recovery';
import type { RegistryAccess } from '../../src/model/release';
import { seal } from '../decisions/seal';
import { failureIn } from '../drivers/errors';
import { readTrusted } from './ledger/committed-on';
import type { LedgerKeySettings } from './ledger/ledger-key';
import { listLedger } from './ledger/ledger-tags';
import { findRecord, loadRecord } from './load-record';
import { readLedger } from './ledger/read-ledger';
import { openRecords } from './repository';

/** So many entries of an environment are read: more than all the releases that it may remember have. */
const ENTRIES = 300;
/** In so many of the newest entries its environments are looked for, where the tags do not say them. */
const NEWEST = 100;

/** The environments of an application as the ledger and the records tell them. */
export async function rebuildEnvironments(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  app: string,
): Promise<EnvironmentState[]> {
  const tags = await listLedger(await openRecords(access, app));
  const newest = await readLedger(access, { app, limit: NEWEST });
  const named = [...tags, ...newest].flatMap(({ environment }) => environment || []);
  const names = [...new Set(named)].sort();
  const states = await Promise.all(names.map((name) => rebuildOne(settings, access, app, name)));
  return states.filter(({ current }) => current !== undefined);
}

async function rebuildOne(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  app: string,
  environment: string,
): Promise<EnvironmentState> {
  const entries = await readTrusted(settings, access, { app, environment, limit: ENTRIES });
  const committed = await findRecords(settings, access, app, entries);
  const record = committed[0] && (await loadRecord(committed[0].record));
  const operators = (record && findEnvironment(record, environment)?.operators) ?? [];
  const ledger = await findHead(access, app, entries[0]);
  return rebuild({ app, environment }, entries, { committed, operators, ledger });
}

async function findRecords(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  app: string,
  entries: LedgerEntry[],
): Promise<Committed[]> {
  const found = await Promise.all(
    committedIn(entries).map(async ({ digest, ...committed }): Promise<Committed[]> => {
      const { release } = committed;
      // The entry is signed, and so is the word of a worker that it has stored the record.
      const known = digest === undefined ? undefined : await seal(settings, { app, release, registry: access, digest });
      const record = known ? await unlessLost(known) : (await findRecord(access, app, release))?.ref;
      return record ? [{ ...committed, record }] : [];
    }),
  );
  return found.flat();
}

async function unlessLost(ref: Committed['record']): Promise<Committed['record'] | undefined> {
  try {
    await loadRecord(ref);
    return ref;
  } catch (error) {
    if (failureIn(error)?.kind === 'no-record') return undefined;
    throw error;
  }
}

async function findHead(access: RegistryAccess, app: string, newest?: LedgerEntry): Promise<string | undefined> {
  if (!newest?.seal) return undefined;
  const { registry, repository } = await openRecords(access, app);
  const digest = await registry.headManifest(repository, newest.seal.tag);
  return digest === undefined ? undefined : headOf(newest.seal.tag, digest);
}
