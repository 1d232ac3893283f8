import type { RegistryAccess, Source } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { appendLedger, readLedger } from './ledger';
import { findRecord } from './load-record';
import { storeRelease } from './store-release';

type RecordActivities = Pick<Activities, 'storeRelease' | 'appendLedger' | 'readLedger' | 'findRelease'>;

export interface RecordDeps {
  settings: Pick<Settings, 'registry'>;
  /** The folder with a commit's files. */
  checkout(source: Source): Promise<string>;
}

/** The activities that read and write the registry's part of what windlass remembers. */
export function createRecordActivities({ settings, checkout }: RecordDeps): RecordActivities {
  const accessTo = (app: string, registry: RegistryAccess | undefined): RegistryAccess => {
    if (registry) return registry;
    if (settings.registry !== undefined) return { address: settings.registry };
    throw permanent({
      kind: 'no-registry',
      message: `${app}: no registry is known. Set WINDLASS_REGISTRY where the worker is started`,
    });
  };
  return {
    storeRelease: (input) => storeRelease(input, () => checkout(input.draft.source)),
    appendLedger,
    readLedger: async ({ registry, ...input }) => readLedger(accessTo(input.app, registry), input),
    async findRelease({ registry, app, release }) {
      const found = await findRecord(accessTo(app, registry), app, release);
      if (found) return found.ref;
      throw permanent({
        kind: 'no-record',
        message: `the registry has no record of release ${release} of ${app}. See what was released: windlass history`,
      });
    },
  };
}
