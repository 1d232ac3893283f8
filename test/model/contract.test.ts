import { createRolloutActivities } from '../../activities/rollout';
import { readSettings } from '../../activities/settings';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import type { OperationName } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import { environment, record, service } from '../src/plan/fixtures';
import { contract } from '../targets/contract';
import { ofDockerHost, seeHost } from '../targets/docker-hosts';
import { onlyDocker } from '../targets/only-docker';
import { simulatedHosts } from '../targets/simulated';
import { SimulatedHosts } from './hosts';

const refTo = (release: string): RecordRef => ({ app: 'shop', release, registry: { address: 'r' }, digest: release });

describe('a simulated host', () => {
  contract(async () => {
    const records = new Map<string, ReleaseRecord>();
    let isAway = false;
    const driver = simulatedHosts(new SimulatedHosts(), () => isAway);
    const place = { installation: 'windlass', app: 'shop', environment: 'staging' };
    const activities = createRolloutActivities({
      settings: readSettings({}),
      drivers: onlyDocker(driver),
      loadRecord: async ({ release }) => records.get(release)!,
      loadFile: () => Promise.reject(new Error('simulated hosts read no files')),
      neededElsewhere: async () => [],
    });
    const perform = async (name: OperationName, input: object, { counter = 1 } = {}) => {
      const known = Object.fromEntries([...records.keys()].map((release) => [release, refTo(release)]));
      const scope = { app: 'shop', environment: 'staging', counter, records: known };
      await activities[name]({ ...input, target: 'local', scope } as never);
    };
    const target = { kind: 'docker', name: 'local', address: 'local' } as const;
    return {
      ...ofDockerHost(perform),
      release: (name, { services = [], ...more }) =>
        void records.set(name, record(name, environment(services, { name: 'staging', ...more }))),
      service,
      perform,
      async whileAway(work) {
        isAway = true;
        return await work().finally(() => (isAway = false));
      },
      see: async () => seeHost(await driver.observe(target, place, 'shop', [])),
      cleanUp: async () => undefined,
    };
  });
});
