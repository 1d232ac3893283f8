import { traefik } from '../../activities/drivers/proxy/traefik';
import type { Engine } from '../../activities/drivers/docker/engine';
import { createInspectionActivities } from '../../activities/inspection';
import type { RolloutDeps } from '../../activities/rollout/context';
import { createRolloutActivities } from '../../activities/rollout/index';
import { readSettings, type Settings } from '../../activities/settings';
import { freePort } from '../../parts/ports';
import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record';
import { labels, type Place } from '../../src/model/names';
import type { OperationInputs, OperationName } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import type { Service } from '../../src/model/service';
import { parts } from '../setup/parts';
import { makeFolder, sharedEngine, uniqueName } from './fixtures';

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

/** One application on one host, in an installation of its own. */
export interface Stand {
  engine: Engine;
  place: Place;
  deps: RolloutDeps;
  /** `127.0.0.1:port` of the proxy. */
  http: { host: string; port: number };
  /** Puts a release on record. */
  release(name: string, environment: Partial<EnvironmentRecord>): RecordRef;
  /** Carries out an operation, knowing these releases; all that are on record by default. */
  perform<Name extends OperationName>(
    name: Name,
    input: Omit<OperationInputs[Name], 'host'>,
    options?: { counter?: number; know?: string[] },
  ): Promise<void>;
  refTo(release: string): RecordRef;
  inspect: ReturnType<typeof createInspectionActivities>;
  cleanUp(): Promise<void>;
}

export async function makeStand(more: Partial<Settings> = {}): Promise<Stand> {
  const engine = sharedEngine();
  const place: Place = { installation: uniqueName('in'), app: 'shop', environment: 'staging' };
  const port = await freePort();
  const records = new Map<string, ReleaseRecord>();
  const deps: RolloutDeps = {
    settings: {
      ...readSettings({}),
      installation: place.installation,
      proxyImage: parts().images.proxy.name,
      proxyHttp: `127.0.0.1:${port}`,
      dockerHost: parts().engine.host,
      ...more,
      data: makeFolder({}),
    },
    connect: () => engine,
    loadRecord: (ref) => Promise.resolve(records.get(ref.release)!),
    loadFile: (_, { from }) => Promise.resolve(Buffer.from(`content of ${from}`)),
    keptElsewhere: () => Promise.resolve([]),
    proxy: traefik,
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
      await activities[name]({ ...input, host: 'local', scope } as never);
    },
    cleanUp: () => removeAll(engine, place.installation),
  };
}

function recordOf(place: Place, release: string, environment: Partial<EnvironmentRecord>): ReleaseRecord {
  return {
    format: 1,
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
        hosts: [{ kind: 'docker', name: 'local', address: 'local' }],
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
