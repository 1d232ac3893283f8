import { hostProxy } from '../../../activities/drivers/proxy/host-proxy';
import type { Engine } from '../../../activities/drivers/docker/engine';
import { createInspectionActivities } from '../../../activities/inspection';
import type { RolloutDeps } from '../../../activities/rollout/deps';
import { dockerHosts } from '../../../activities/targets/docker';
import { type DockerDeps, onHost } from '../../../activities/targets/docker/context';
import type { Drivers } from '../../../activities/targets/driver';
import { openContext } from '../../../activities/rollout/context';
import { createRolloutActivities } from '../../../activities/rollout';
import { readSettings, type Settings } from '../../../activities/settings';
import { freePort } from '../../../parts/run/ports';
import type { EnvironmentRecord, ReleaseRecord } from '../../../src/manifest/record/record';
import { labels, type EnvironmentRef } from '../../../src/model/names';
import type { OperationInputs, OperationName } from '../../../src/model/plan';
import type { DockerHost } from '../../../src/model/target';
import type { RecordRef } from '../../../src/model/release';
import type { Service } from '../../../src/model/service';
import { parts } from '../../setup/parts';
import { onlyDocker } from '../../targets/only-docker';
import { makeFolder, sharedEngine, uniqueName } from '../fixtures';

/** Serves its name on port 80, and `/cgi-bin/slow` after 0.8 s; ends at once when it is told to. */
const SERVE = [
  'mkdir -p /www/cgi-bin',
  'echo "$NAME" > /www/index.html',
  'printf "#!/bin/sh\\nsleep 0.8\\nprintf \'Content-Type: text/plain\\r\\n\\r\\n%%s\' \\"$NAME\\"\\n" > /www/cgi-bin/slow',
  'chmod +x /www/cgi-bin/slow',
  'echo "$NAME serves"',
  'trap "exit 0" TERM',
  'httpd -f -p 80 -h /www & wait',
].join('\n');

/** A service of the examples below: `overrides` go over what suits most of them. */
export function service(
  name: string,
  container: Partial<Service['container']> = {},
  overrides: Partial<Service> = {},
): Service {
  return {
    name,
    kind: 'released',
    image: parts().images.base.name,
    replicas: 1,
    dependsOn: [],
    networks: [{ network: 'default', aliases: [] }],
    container: {
      environment: { NAME: name },
      command: ['sh', '-c', SERVE],
      stopGraceMs: 1_000,
      mounts: [],
      ports: [],
      expose: [],
      ...container,
    },
    before: [],
    healthyWithinMs: 10_000,
    drainMs: 3_000,
    ...overrides,
  };
}

/** The host of the test bed. */
export const LOCAL: DockerHost = { kind: 'docker', name: 'local', address: 'local' };

/** What an operation on that host has at hand. */
export async function contextOf(bed: TestBed, name: OperationName, records: Record<string, RecordRef>) {
  const scope = { app: bed.place.app, environment: bed.place.environment, counter: 1, records };
  const ctx = await openContext(bed.deps, name, { target: LOCAL.name, scope });
  return onHost(bed.deps, { ...ctx, target: LOCAL });
}

/** One application on one host, in an installation of its own. */
export interface TestBed {
  engine: Engine;
  place: EnvironmentRef;
  deps: RolloutDeps & DockerDeps;
  /** `127.0.0.1:port` of the proxy. */
  http: { host: string; port: number };
  /** Puts a release on record. */
  release(name: string, environment: Partial<EnvironmentRecord>): RecordRef;
  /** Carries out an operation, knowing these releases; all that are on record by default. */
  perform<Name extends OperationName>(
    name: Name,
    input: Omit<OperationInputs[Name], 'target'>,
    options?: { counter?: number; know?: string[] },
  ): Promise<void>;
  refTo(release: string): RecordRef;
  inspect: ReturnType<typeof createInspectionActivities>;
  cleanUp(): Promise<void>;
}

/**
 * `connect` gives the engine of a call, the bed's own unless said otherwise. `drivers` are those of the targets that its releases
 * name; of one Docker host where that is not said.
 */
export async function makeTestBed(
  more: Partial<Settings> = {},
  connect = (own: Engine): Engine => own,
  drivers?: (settings: Settings) => Drivers,
): Promise<TestBed> {
  const engine = sharedEngine();
  const place: EnvironmentRef = { installation: uniqueName('in'), app: 'shop', environment: 'staging' };
  const port = await freePort();
  const records = new Map<string, ReleaseRecord>();
  const settings: Settings = {
    ...readSettings({}),
    installation: place.installation,
    proxyImage: parts().images.proxy.name,
    proxyHttp: `127.0.0.1:${port}`,
    dockerHost: parts().engine.host,
    ...more,
    data: makeFolder({}),
  };
  const docker: DockerDeps = { settings, connect: () => connect(engine), proxy: hostProxy };
  const deps: RolloutDeps & DockerDeps = {
    ...docker,
    drivers: drivers?.(settings) ?? onlyDocker(dockerHosts(docker)),
    loadRecord: (ref) => Promise.resolve(records.get(ref.release)!),
    loadFile: (_, { from }) => Promise.resolve(Buffer.from(`content of ${from}`)),
    neededElsewhere: () => Promise.resolve([]),
  };
  const activities = createRolloutActivities(deps);
  const refTo = (release: string): RecordRef => ({
    app: place.app,
    release,
    registry: { address: parts().registry.address },
    digest: `sha256:${release}`,
  });
  return {
    engine,
    place,
    deps,
    http: { host: '127.0.0.1', port },
    refTo,
    inspect: createInspectionActivities(deps),
    release(name, environment) {
      records.set(name, recordOf(place, name, environment));
      return refTo(name);
    },
    async perform(name, input, { counter = 1, know = [...records.keys()] } = {}) {
      const scope = {
        app: place.app,
        environment: place.environment,
        counter,
        records: Object.fromEntries(know.map((one) => [one, refTo(one)])),
      };
      const attempt = () => activities[name]({ ...input, target: LOCAL.name, scope } as never) as Promise<void>;
      await (name === 'ensureProxy' ? again(attempt) : attempt());
    },
    cleanUp: () => removeAll(engine, place.installation),
  };
}

/** As Temporal does: on a busy machine a proxy takes longer to start than one attempt waits. */
async function again(attempt: () => Promise<void>, left = 10): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if ((error as { type?: string }).type !== 'Transient' || left === 0) throw error;
    await again(attempt, left - 1);
  }
}

function recordOf(place: EnvironmentRef, release: string, environment: Partial<EnvironmentRecord>): ReleaseRecord {
  return {
    format: 2,
    app: place.app,
    release,
    source: { url: '/nowhere', commit: release },
    commit: { sha: release, author: 'Ann', subject: 'A change', at: '2026-01-01T00:00:00Z' },
    startedBy: 'ann',
    createdAt: '2026-01-01T00:00:00Z',
    artifacts: {},
    registry: { address: parts().registry.address },
    environments: [
      {
        name: place.environment,
        project: place.installation,
        targets: [LOCAL],
        strategy: { kind: 'blue-green' },
        services: [],
        networks: [{ name: 'default' }],
        volumes: [],
        routes: [],
        verifications: [],
        soakMs: 0,
        retention: 2,
        onFailure: 'rollback',
        operators: [],
        secrets: {},
        variables: {},
        compose: [],
        ...environment,
      },
    ],
  };
}

/** Everything that carries the installation's name. */
async function removeAll(engine: Engine, installation: string): Promise<void> {
  const roles = ['instance', 'accessory', 'one-off', 'proxy'] as const;
  for (const role of roles)
    for (const { name } of await engine.listContainers(labels(installation, { role })))
      await engine.removeContainer(name);
  for (const { name } of await engine.listNetworks(labels(installation, { role: 'network' })))
    await engine.removeNetwork(name);
}
