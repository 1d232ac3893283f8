import type { ApplicationFailure } from '@temporalio/common';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record';
import type { PlacedFile } from '../../src/model/container';
import type { Failure } from '../../src/model/failure';
import type { Service } from '../../src/model/service';
import type { RolloutScope } from '../types';
import type { RolloutDeps } from './context';

/** What is on record of the releases that take part in a rollout, as far as its environment goes. */
export interface Releases {
  records(): Promise<ReleaseRecord[]>;
  environments(): Promise<EnvironmentRecord[]>;
  /** Undefined for a release that takes no part, as that of an instance left from long ago. */
  findRecord(release: string): Promise<ReleaseRecord | undefined>;
  findEnvironment(release: string): Promise<EnvironmentRecord | undefined>;
  /** The frozen configuration of the environment in a release; fails permanently without. */
  environment(release: string): Promise<EnvironmentRecord>;
  /** Fails permanently when the release has no such service. */
  service(release: string, name: string): Promise<Service>;
  /** The content of a file that a release keeps. */
  file(release: string, file: PlacedFile): Promise<Buffer>;
}

/** Reads the releases of a rollout; `fail` makes the failures. Records are read when they are asked for. */
export function readReleases(
  { loadRecord, loadFile }: Pick<RolloutDeps, 'loadRecord' | 'loadFile'>,
  scope: RolloutScope,
  fail: (failure: Failure) => ApplicationFailure,
): Releases {
  const known = Object.keys(scope.records).join(', ') || 'none';
  const within = (record: ReleaseRecord) => record.environments.find((one) => one.name === scope.environment);
  const records = () => Promise.all(Object.values(scope.records).map(loadRecord));
  const findRecord = async (release: string) => {
    const ref = scope.records[release];
    return ref && (await loadRecord(ref));
  };
  const findEnvironment = async (release: string) => {
    const record = await findRecord(release);
    return record && within(record);
  };
  const environment = async (release: string) => {
    const found = await findEnvironment(release);
    if (found) return found;
    const message = `release ${release} takes no part in this rollout, or has no environment ${scope.environment}. What takes part: ${known}`;
    throw fail({ kind: 'no-such-environment', message });
  };
  return {
    records,
    environments: async () => (await records()).flatMap((record) => within(record) ?? []),
    findRecord,
    findEnvironment,
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
