import { uuid4, workflowInfo } from '@temporalio/workflow';
import type { LedgerEntry } from '../src/model/ledger';
import type { RegistryAccess } from '../src/model/release';
import { persistent } from './proxies';

/** Appends to the ledger. The id is made by the workflow, whose random numbers are the same in a replay: a retry is the same entry. */
export async function record(registry: RegistryAccess, entry: Omit<LedgerEntry, 'id' | 'at'>): Promise<void> {
  const id = `${workflowInfo().workflowId}/${uuid4()}`;
  const summary = `${[entry.kind, entry.environment].filter(Boolean).join(' ')}: ${entry.what}`.slice(0, 120);
  await persistent.appendLedger.executeWithOptions({ summary }, [{ registry, entry: { id, at: now(), ...entry } }]);
}

/** The workflow's clock, ISO 8601. */
export const now = () => new Date().toISOString();
