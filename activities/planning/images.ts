import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { findEnvironment } from '../../src/model/environment/find';
import type { RecordRef } from '../../src/model/release';
import type { RolloutDeps } from '../rollout/deps';
import type { PlanInput } from '../types';

/** The images of the wanted release and of those that the environment may go back to. */
export async function imagesToKeep(
  deps: RolloutDeps,
  { environment, keep, record }: PlanInput,
  after: EnvironmentRecord | undefined,
): Promise<string[]> {
  const records = await Promise.all(retained(keep, record, after?.retention).map((ref) => deps.loadRecord(ref)));
  const images = records.flatMap((one) => findEnvironment(one, environment)?.services ?? []).map(({ image }) => image);
  return [...new Set(images)].sort();
}

function retained(keep: RecordRef[], wanted: RecordRef | undefined, retention = keep.length): RecordRef[] {
  const earlier = keep.filter(({ release }) => release !== wanted?.release);
  return [...(wanted ? [wanted] : []), ...earlier.slice(0, retention)];
}
