import type { Planned } from '../activities/types';
import { type EnvironmentState, secretsThatRan } from '../src/model/environment';
import type { RecordRef } from '../src/model/release';
import { short } from './proxies';

/** The hosts that operators excluded. */
export const hostsLeftOut = (state: Pick<EnvironmentState, 'excluded'> | undefined): string[] =>
  state?.excluded?.map(({ host }) => host) ?? [];

/** What would take an environment, as its writer knows it, to a release now; nothing is changed. */
export async function planRelease(
  { app, environment, record }: { app: string; environment: string; record: RecordRef },
  state: EnvironmentState | undefined,
): Promise<Planned> {
  const keep = state?.committed.map((one) => one.record) ?? [];
  return await short.planRollout.executeWithOptions({ summary: `plan ${environment}: to ${record.release}` }, [
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
}
