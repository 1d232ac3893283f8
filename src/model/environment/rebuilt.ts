import type { Committed, EnvironmentState } from './environment';
import type { LedgerReport } from '../ledger/ledger';

/** An environment as the ledger and the hosts tell it, after Temporal's data was lost. */
export interface Rebuilt {
  state: EnvironmentState;
  notes: string[];
  /** Where the ledger and the hosts contradict each other: what it may be on. A person says which. */
  choices?: Committed[];
}

export interface Recovery {
  environments: Rebuilt[];
  /** The names of those that Temporal knows: they are left as they are. */
  known: string[];
  ledger: LedgerReport;
}
