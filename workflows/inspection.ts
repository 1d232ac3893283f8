import type { BootstrapStep, CheckReport, Inspection, Planned, ShownKey } from '../activities/types';
import type { ParityReport, ReleaseComparison } from '../src/model/difference';
import { type Committed, type EnvironmentState, secretsThatRan } from '../src/model/environment';
import type { Connection } from '../src/model/host';
import type { LedgerEntry } from '../src/model/ledger';
import type { RegistryAccess, ReleaseRequest } from '../src/model/release';
import { hostsLeftOut, planEject, planRelease } from './plan';
import { long, short } from './proxies';
import { ApplicationFailure } from '@temporalio/workflow';

/** What can be asked without changing anything. The worker has the credentials, so it is the one who looks. */
export type InspectionInput =
  | { kind: 'observe'; app: string; environment: string }
  | { kind: 'plan'; app: string; environment: string; release: string; registry?: RegistryAccess }
  | { kind: 'eject'; app: string; environment: string; startComposed?: boolean }
  | { kind: 'ledger'; app: string; environment?: string; limit: number; registry?: RegistryAccess }
  | { kind: 'logs'; app: string; environment: string; service: string }
  | { kind: 'diff'; app: string; environment: string; before?: string; after: string; registry?: RegistryAccess }
  | { kind: 'parity'; app: string; environment: string; other: string }
  | { kind: 'check'; request: ReleaseRequest }
  | { kind: 'bootstrap'; request: ReleaseRequest; environment: string; host?: string }
  | { kind: 'trust'; app: string; host: Connection };

export type InspectionResult =
  | Inspection
  | Planned
  | LedgerEntry[]
  | { host: string; container: string; text: string }[]
  | ReleaseComparison
  | ParityReport
  | CheckReport
  | BootstrapStep[]
  | ShownKey;

export async function inspection(input: InspectionInput): Promise<InspectionResult> {
  switch (input.kind) {
    case 'observe': {
      const state = await short.readEnvironment(input);
      return await short.inspectEnvironment({
        ...input,
        record: state?.current?.record,
        excluded: hostsLeftOut(state),
      });
    }
    case 'plan': {
      const state = await short.readEnvironment(input);
      const record = await short.findRelease({ ...input, registry: input.registry ?? state?.current?.record.registry });
      return await planRelease({ ...input, record }, state);
    }
    case 'eject': {
      const state = await short.readEnvironment(input);
      requireCurrent(input, state);
      return await planEject(input, state);
    }
    case 'ledger':
      return await short.readLedger(input);
    case 'logs':
      return await short.readLogs({
        ...input,
        record: requireCurrent(input, await short.readEnvironment(input)).record,
      });
    case 'diff':
      return await compareReleases(input);
    case 'parity':
      return await compareEnvironments(input);
    case 'check':
      return await long.checkSource(input.request);
    case 'bootstrap':
      return await long.planBootstrap(input);
    case 'trust':
      return await short.readHostKey({ host: input.host });
  }
}

/** From what is current, or from a release that is named. */
async function compareReleases(input: Extract<InspectionInput, { kind: 'diff' }>): Promise<ReleaseComparison> {
  const { app, environment, before, after } = input;
  const state = await short.readEnvironment(input);
  const registry = input.registry ?? state?.current?.record.registry;
  // What was committed is known by its very record; a release that was started again may have another one by now.
  const find = async (release: string) =>
    state?.committed.find((one) => one.release === release)?.record ??
    (await short.findRelease({ app, release, registry }));
  const [from, to] = [before === undefined ? state?.current?.record : await find(before), await find(after)];
  return await short.compareReleases({ app, environment, before: from, after: to, ran: secretsThatRan(state) });
}

async function compareEnvironments({ app, environment, other }: Extract<InspectionInput, { kind: 'parity' }>) {
  const sides = await Promise.all(
    [environment, other].map(async (name) => {
      const state = await short.readEnvironment({ app, environment: name });
      const { record } = requireCurrent({ app, environment: name }, state);
      return { environment: name, record, excluded: hostsLeftOut(state) };
    }),
  );
  const found = await Promise.all(sides.map((side) => short.inspectEnvironment({ app, ...side })));
  const [first, second] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const drift = found.flatMap(({ environment: name, drift: lines, unreached }) => [
    ...lines.map((line) => `${name}: ${line}`),
    ...unreached.map(({ host, why }) => `${name}: ${host} was not reached, so what runs there is not known: ${why}`),
  ]);
  return { app, ...(await short.compareEnvironments({ first, second })), drift };
}

function requireCurrent(of: { app: string; environment: string }, state: EnvironmentState | undefined): Committed {
  if (state?.current) return state.current;
  throw ApplicationFailure.nonRetryable(`nothing is released on ${of.environment} of ${of.app} yet`, 'Refused');
}
