import type { ApplicationFailure } from '@temporalio/common';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record/record';
import type { PlacedFile } from '../../src/model/container/container';
import type { Failure } from '../../src/model/failure';
import { findEnvironment } from '../../src/model/environment/find';
import type { Service } from '../../src/model/service';
import type { RecordReader } from '../records/record-reader';
import type { RolloutScope } from '../types';

export interface Releases {
  records(): Promise<ReleaseRecord[]>;
  environments(): Promise<EnvironmentRecord[]>;
  /** Undefined for a release not involved, such as that of an old leftover instance. */
  findRecord(release: string): Promise<ReleaseRecord | undefined>;
  findEnvironment(release: string): Promise<EnvironmentRecord | undefined>;
  /** The environment's frozen configuration in the release; fails permanently without one. */
  environment(release: string): Promise<EnvironmentRecord>;
  service(release: string, name: string): Promise<Service>;
  file(release: string, file: PlacedFile): Promise<Buffer>;
}

/** Reads the releases of a rollout on demand; `fail` makes the failures. */
export function readReleases(
  { loadRecord, loadFile }: RecordReader,
  scope: RolloutScope,
  fail: (failure: Failure) => ApplicationFailure,
): Releases {
  const known = Object.keys(scope.records).join(', ') || 'none';
  const records = () => Promise.all(Object.values(scope.records).map(loadRecord));
  const findRecord = async (release: string) => {
    const ref = scope.records[release];
    return ref && (await loadRecord(ref));
  };
  const environmentIn = async (release: string) => findEnvironment(await findRecord(release), scope.environment);
  const environment = async (release: string) => {
    const found = await environmentIn(release);
    if (found) return found;
    const message = `release ${release} is not part of this rollout, or has no environment ${scope.environment}. Involved: ${known}`;
    throw fail({ kind: 'no-such-environment', message });
  };
  return {
    records,
    environments: async () => (await records()).flatMap((record) => findEnvironment(record, scope.environment) ?? []),
    findRecord,
    findEnvironment: environmentIn,
    environment,
    async file(release, file) {
      await environment(release);
      return loadFile(scope.records[release]!, file);
    },
    async service(release, name) {
      const { services } = await environment(release);
      const found = services.find((one) => one.name === name);
      if (found) return found;
      const message = `release ${release} has no service ${name}. It has: ${services.map((one) => one.name).join(', ') || 'none'}`;
      throw fail({ kind: 'no-such-service', service: name, message });
    },
  };
}
