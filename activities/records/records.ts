import type { RegistryAccess, Source } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { accessTo } from './access';
import { appendLedger } from './ledger/append-ledger';
import { tellDoubts } from './ledger/doubts';
import { findRecord } from './load-record';
import type { LedgerKeySettings } from './ledger/ledger-key';
import { readLedger } from './ledger/read-ledger';
import { rebuildEnvironments } from './rebuild';
import { storeRelease } from './store-release';
import { readTrust, verifyLedger } from './ledger/verify-ledger';

type RecordActivities = Pick<
  Activities,
  'storeRelease' | 'appendLedger' | 'readLedger' | 'verifyLedger' | 'rebuildEnvironments' | 'findRelease'
>;

export interface RecordDeps {
  settings: Pick<Settings, 'registry'> & LedgerKeySettings;
  checkout(source: Source, app: string): Promise<string>;
}

/** The activities that read and write records and the ledger in the registry. */
export function createRecordActivities({ settings, checkout }: RecordDeps): RecordActivities {
  const access = (app: string, registry: RegistryAccess | undefined) => accessTo(settings, app, registry);
  return {
    storeRelease: (input) => storeRelease(input, () => checkout(input.draft.source, input.draft.app)),
    appendLedger: (input) => appendLedger(settings, input),
    readLedger: async ({ registry, ...input }) =>
      tellDoubts(await readLedger(access(input.app, registry), input), await readTrust(settings)),
    rebuildEnvironments: async ({ registry, app }) => rebuildEnvironments(settings, access(app, registry), app),
    verifyLedger: async ({ registry, ...input }) => verifyLedger(settings, access(input.app, registry), input),
    async findRelease({ registry, app, release }) {
      const found = await findRecord(access(app, registry), app, release);
      if (found) return found.ref;
      throw permanent({
        kind: 'no-record',
        message: `the registry has no record of release ${release} of ${app}. To list releases: windlass history`,
      });
    },
  };
}
