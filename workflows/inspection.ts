import type { CheckReport, Inspection, Planned } from '../activities/types';
import type { LedgerEntry } from '../src/model/ledger';
import type { RegistryAccess, ReleaseRequest } from '../src/model/release';
import { planRelease } from './plan';
import { long, short } from './proxies';
import { ApplicationFailure } from '@temporalio/workflow';

/** What can be asked without changing anything. The worker has the credentials, so it is the one who looks. */
export type InspectionInput =
  | { kind: 'observe'; app: string; environment: string }
  | { kind: 'plan'; app: string; environment: string; release: string; registry?: RegistryAccess }
  | { kind: 'ledger'; app: string; environment?: string; limit: number; registry?: RegistryAccess }
  | { kind: 'logs'; app: string; environment: string; service: string }
  | { kind: 'check'; request: ReleaseRequest };

export type InspectionResult =
  Inspection | Planned | LedgerEntry[] | { host: string; container: string; text: string }[] | CheckReport;

export async function inspection(input: InspectionInput): Promise<InspectionResult> {
  switch (input.kind) {
    case 'observe':
      return await short.inspectEnvironment({ ...input, record: (await current(input))?.record });
    case 'plan': {
      const state = await short.readEnvironment(input);
      const record = await short.findRelease({ ...input, registry: input.registry ?? state?.current?.record.registry });
      return await planRelease({ ...input, record }, state);
    }
    case 'ledger':
      return await short.readLedger(input);
    case 'logs': {
      const committed = await current(input);
      if (!committed)
        throw ApplicationFailure.nonRetryable(
          `nothing is released on ${input.environment} of ${input.app} yet`,
          'Refused',
        );
      return await short.readLogs({ ...input, record: committed.record });
    }
    case 'check':
      return await long.checkSource(input.request);
  }
}

const current = async (of: { app: string; environment: string }) => (await short.readEnvironment(of))?.current;
