import { readSshSettings } from '../../activities/drivers/ssh/settings';
import { closeConnections } from '../../activities/drivers/ssh/connections';
import { connectManager } from '../../activities/drivers/swarm/connect';
import type { Swarm } from '../../activities/drivers/swarm/swarm';
import { openSwarm } from '../../activities/targets/swarm';
import { startSwarm, type TestSwarm } from '../../parts/host/swarm';
import type { EnvironmentRecord } from '../../src/manifest/record/record';

import type { ObservedSwarm } from '../../src/model/observed';
import type { SwarmTarget } from '../../src/model/target';
import { sharedEngine } from '../activities/fixtures';
import { LOCAL, makeTestBed, service, type TestBed } from '../activities/rollout/rollout-fixtures';
import { parts } from '../setup/parts';
import type { ContractBed, Seen } from './contract';
import { onlySwarm } from './only-docker';

/** A swarm of this file's own, with a proxy on its first node. */
export interface SwarmBed extends ContractBed {
  bed: TestBed;
  swarm: TestSwarm;
  target: SwarmTarget;
  /** The image of `service`, which the nodes pull. */
  image: string;
  /** As windlass asks it. */
  manager: Swarm;
  observe(): Promise<ObservedSwarm>;
}

/** An empty swarm of two nodes, the first one its manager and edge. `edge` is the place of another one. */
export async function openSwarmBed({ nodes = 2, managers = 1, edge = 0 } = {}): Promise<SwarmBed> {
  const swarm = await startSwarm(nodes, { ...parts(), images: [parts().images.proxy.name], managers });
  const [first] = swarm.all;
  const target: SwarmTarget = {
    kind: 'swarm',
    name: LOCAL.name,
    managers: swarm.managers.map(({ name, address }) => ({ name, address })),
    edge: [{ name: 'edge', address: swarm.all[edge]!.address }],
  };
  const ssh = { ...readSshSettings({}), identity: swarm.identity, knownHosts: swarm.knownHosts };
  const bed = await makeTestBed({ proxyHttp: '80', ssh }, undefined, (settings) => onlySwarm(openSwarm(settings)));
  const image = await pushBase(bed.place.installation);
  const { settings, drivers } = bed.deps;
  const observe = () => drivers.swarm.observe(target, bed.place, bed.place.installation, []);
  const manager = connectManager({ ...first!, name: 'manager' }, settings);
  return {
    bed,
    swarm,
    target,
    image,
    manager,
    observe,
    release: (name, environment: Partial<EnvironmentRecord>) =>
      void bed.release(name, { targets: [target], ...environment }),
    service: (name, overrides) => service(name, {}, { image, ...overrides }),
    perform: bed.perform,
    async prepare(release) {
      await bed.perform('ensureProxy', {});
      await bed.perform('createNetworks', { release });
    },
    close: (release) => bed.perform('removeNetworks', { release }),
    async undoNothing() {
      const web = { release: 'one', service: 'web' };
      await bed.perform('removeAccessory', web);
      await bed.perform('discardAccessory', web);
      await bed.perform('stopComposed', { container: 'none' });
      await bed.perform('pruneSecrets', {});
    },
    async whileAway(work) {
      await first!.cutSsh();
      try {
        return await work();
      } finally {
        await first!.mendSsh();
      }
    },
    see: async () => seeSwarm(await observe()),
    async cleanUp() {
      closeConnections();
      await swarm.stop();
    },
  };
}

const seeSwarm = ({ containers, networks, routes }: ObservedSwarm): Seen => ({
  instances: containers.flatMap(({ service: name, release, tasks }) =>
    tasks.map(({ id, state }) => ({ service: name, release, runs: state === 'running', id })),
  ),
  ...(routes && { routes }),
  releases: networks,
});

async function pushBase(installation: string): Promise<string> {
  const engine = sharedEngine();
  const repository = `${parts().registry.address}/${installation}/base`;
  await engine.tagImage(parts().images.base.name, repository, '1');
  return `${repository}@${await engine.pushImage(repository, '1', undefined)}`;
}
