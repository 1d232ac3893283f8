import type { Planned } from '../activities/types';
import { type EnvironmentState, secretsThatRan } from '../src/model/environment';
import type { RecordRef } from '../src/model/release';
import { type PackedPlan, unpackPlan } from '../src/plan/pack';
import { short } from './proxies';

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
  return unpacked(planned);
}

/** What would take an environment, as its writer knows it, to a release now; nothing is changed. */
export async function planRelease(
  { app, environment, record }: { app: string; environment: string; record: RecordRef },
  state: EnvironmentState | undefined,
): Promise<Planned> {
  const keep = state?.committed.map((one) => one.record) ?? [];
  const planned = await short.planRollout.executeWithOptions({ summary: `plan ${environment}: to ${record.release}` }, [
    {
      app,
      environment,
      kind: 'release',
      record,
      current: state?.current?.record,
      keep,
      ran: secretsThatRan(state),
      excluded: hostsLeftOut(state),
    },
  ]);
  return unpacked(planned);
}

/** As it is carried out, shown and approved. */
export const unpacked = (planned: Planned<PackedPlan>): Planned =>
  'refused' in planned ? planned : { ...planned, plan: unpackPlan(planned.plan) };
