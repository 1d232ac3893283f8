import type { EnvironmentRecord } from '../../src/manifest/record/record';
import { findEnvironment } from '../../src/model/environment/find';
import type { RecordRef } from '../../src/model/release';
import { permanent } from '../drivers/errors';
import type { RecordReader } from '../records/record-reader';

/** An environment's frozen configuration in a release; fails permanently without one. */
export async function environmentOfRelease(
  { loadRecord }: Pick<RecordReader, 'loadRecord'>,
  ref: RecordRef,
  name: string,
): Promise<EnvironmentRecord> {
  const record = await loadRecord(ref);
  const found = findEnvironment(record, name);
  if (found) return found;
  const known = record.environments.map((one) => one.name).join(', ');
  throw permanent({
    kind: 'no-such-environment',
    message: `release ${ref.release} has no environment ${name}. It has: ${known}`,
  });
}
