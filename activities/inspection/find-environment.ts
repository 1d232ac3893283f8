import type { EnvironmentRecord } from '../../src/manifest/record';
import type { RecordRef } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import type { RolloutDeps } from '../rollout/context';

/** The frozen configuration of an environment in a release; fails permanently when it has none. */
export async function findEnvironment(
  { loadRecord }: Pick<RolloutDeps, 'loadRecord'>,
  ref: RecordRef,
  name: string,
): Promise<EnvironmentRecord> {
  const { environments } = await loadRecord(ref);
  const found = environments.find((one) => one.name === name);
  if (found) return found;
  const known = environments.map((one) => one.name).join(', ');
  throw permanent({
    kind: 'no-such-environment',
    message: `release ${ref.release} has no environment ${name}. It has: ${known}`,
  });
}
