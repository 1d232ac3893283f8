import type { Retention, Spare } from '../../src/model/ledger/cleaning';
import type { RegistryAccess } from '../../src/model/release';
import type { SignedStatement } from '../../src/model/approval/statement';
import { inParallel } from '../drivers/bounded';
import { appendLedger } from '../records/ledger/append-ledger';
import type { LedgerKeySettings } from '../records/ledger/ledger-key';
import { listLedger } from '../records/ledger/ledger-tags';
import { openRecords } from '../records/repository';
import { findSpare, type Needed } from './find-spare';

const AT_ONCE = 4;

export interface CleanInput extends Retention {
  app: string;
  by: string;
  at: string;
  id: string;
  signed?: SignedStatement;
}

/** Removes what is spare now. The ledger first says, signed, up to where it was cleaned: what lay before is not missed. */
export async function cleanRegistry(
  settings: LedgerKeySettings,
  access: RegistryAccess,
  { app, by, at, id, signed, ...retention }: CleanInput,
  needed: Needed,
): Promise<Spare> {
  const spare = await findSpare(settings, access, app, retention, needed);
  const records = await openRecords(access, app);
  const { registry, repository } = records;
  await inParallel(AT_ONCE, spare.manifests, (one) => registry.deleteManifest(one.repository, one.digest));
  const { count, until } = spare.entries;
  if (until === undefined) return spare;
  const what = `${count} entries of the ledger were removed, up to ${until}`;
  const entry = { id, at, kind: 'cleaned', app, by, what, until, ...(signed && { signed }) } as const;
  await appendLedger(settings, { registry: access, entry });
  const gone = (await listLedger(records)).filter(({ tag }) => tag <= until);
  await inParallel(AT_ONCE, gone, async ({ tag }) => {
    const digest = await registry.headManifest(repository, tag);
    if (digest !== undefined) await registry.deleteManifest(repository, digest);
  });
  return spare;
}
