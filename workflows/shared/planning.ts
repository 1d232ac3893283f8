import type { PlanInput, Unreached } from '../../activities/types';
import type { Planned } from '../../src/model/inspection';
import { type EnvironmentState, secretsThatRan } from '../../src/model/environment/environment';
import type { RecordRef } from '../../src/model/release';
import { type PackedPlan, unpackPlan } from '../../src/plan/pack';
import { ApplicationFailure } from '@temporalio/workflow';
import { long, short } from './activities';

/** The hosts excluded by operators. */
export const hostsLeftOut = (state: Pick<EnvironmentState, 'excluded'> | undefined): string[] =>
  state?.excluded?.map(({ host }) => host) ?? [];

/** Plans leaving windlass; changes nothing. */
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
  /** Excluded hosts the environment does not know of. */
  excluded?: string[];
  /** Services that may start empty although their data is elsewhere. */
  acceptEmpty?: string[];
}

/** Plans taking an environment to a release; changes nothing. */
export async function planRelease(to: ToRelease, state: EnvironmentState | undefined): Promise<Planned> {
  return unpacked(reached(await short.planRollout.executeWithOptions(summaryOf(to), [inputOf(to, state)])));
}

/** Like `planRelease`, for callers that can ask about a host that does not answer. */
export async function planOrAsk(to: ToRelease, state: EnvironmentState | undefined): Promise<Planned | Unreached> {
  const input = { ...inputOf(to, state), asks: true };
  const planned = await long.planRollout.executeWithOptions(summaryOf(to), [input]);
  return 'unreached' in planned ? planned : unpacked(planned);
}

const summaryOf = ({ environment, record }: ToRelease) => ({ summary: `plan ${environment}: to ${record.release}` });

function inputOf(
  { app, environment, record, excluded = [], acceptEmpty }: ToRelease,
  state: EnvironmentState | undefined,
): PlanInput {
  return {
    app,
    environment,
    kind: 'release',
    record,
    ...(acceptEmpty && { acceptEmpty }),
    current: state?.current?.record,
    keep: state?.committed.map((one) => one.record) ?? [],
    ran: secretsThatRan(state),
    excluded: [...new Set([...hostsLeftOut(state), ...excluded])],
  };
}

/** Only callers that can ask about it learn of a host that does not answer. */
function reached(planned: Planned<PackedPlan> | Unreached): Planned<PackedPlan> {
  if (!('unreached' in planned)) return planned;
  throw ApplicationFailure.nonRetryable(planned.unreached.message, 'Refused', planned.unreached);
}

/** The plan in its recorded form. */
export const unpacked = (planned: Planned<PackedPlan>): Planned =>
  'refused' in planned ? planned : { ...planned, plan: unpackPlan(planned.plan) };
