import type { Planned, PlanInput, Unreached } from '../activities/types';
import { type EnvironmentState, secretsThatRan } from '../src/model/environment';
import type { RecordRef } from '../src/model/release';
import { type PackedPlan, unpackPlan } from '../src/plan/pack';
import { ApplicationFailure } from '@temporalio/workflow';
import { long, short } from './proxies';

/** The hosts that operators excluded. */
export const hostsLeftOut = (state: Pick<EnvironmentState, 'excluded'> | undefined): string[] =>
  state?.excluded?.map(({ host }) => host) ?? [];

/** What leaving windlass would do now; nothing is changed. */
export async function planEject(
  { app, environment, startComposed }: { app: string; environment: string; startComposed?: boolean },
  state: EnvironmentState | undefined,
): Promise<Planned> {
  const planned = await short.planRollout.executeWithOptions({ summary: `plan ${environment}: to leave` }, [
    {
      app,
      environment,
      kind: 'eject',
      startComposed,
      current: state?.current?.record,
      keep: [],
      ran: {},
      excluded: hostsLeftOut(state),
    },
  ]);
  return unpacked(reached(planned));
}

interface ToRelease {
  app: string;
  environment: string;
  record: RecordRef;
  /** Hosts that are left out besides those that the environment knows of. */
  excluded?: string[];
}

/** What would take an environment, as its writer knows it, to a release now; nothing is changed. */
export async function planRelease(to: ToRelease, state: EnvironmentState | undefined): Promise<Planned> {
  return unpacked(reached(await short.planRollout.executeWithOptions(summaryOf(to), [inputOf(to, state)])));
}

/** As `planRelease`, for whoever can ask about a host that does not answer. */
export async function planOrAsk(to: ToRelease, state: EnvironmentState | undefined): Promise<Planned | Unreached> {
  const input = { ...inputOf(to, state), asks: true };
  const planned = await long.planRollout.executeWithOptions(summaryOf(to), [input]);
  return 'unreached' in planned ? planned : unpacked(planned);
}

const summaryOf = ({ environment, record }: ToRelease) => ({ summary: `plan ${environment}: to ${record.release}` });

function inputOf(
  { app, environment, record, excluded = [] }: ToRelease,
  state: EnvironmentState | undefined,
): PlanInput {
  return {
    app,
    environment,
    kind: 'release',
    record,
    current: state?.current?.record,
    keep: state?.committed.map((one) => one.record) ?? [],
    ran: secretsThatRan(state),
    excluded: [...new Set([...hostsLeftOut(state), ...excluded])],
  };
}

/** A host that does not answer is told only to who says that it can ask about it. */
function reached(planned: Planned<PackedPlan> | Unreached): Planned<PackedPlan> {
  if (!('unreached' in planned)) return planned;
  throw ApplicationFailure.nonRetryable(planned.unreached.message, 'Refused', planned.unreached);
}

/** As it is carried out, shown and approved. */
export const unpacked = (planned: Planned<PackedPlan>): Planned =>
  'refused' in planned ? planned : { ...planned, plan: unpackPlan(planned.plan) };
