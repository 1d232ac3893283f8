import { namespaces } from '../../activities/targets/kubernetes';
import { connect } from '../../activities/targets/kubernetes/context';
import { rulesFor } from '../../activities/targets/kubernetes/rights';
import { startKubernetes, type TestCluster } from '../../parts/kubernetes/cluster';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { ObservedKubernetes } from '../../src/model/observed';
import type { KubernetesTarget } from '../../src/model/target';
import { sharedEngine, uniqueName } from '../activities/fixtures';
import { LOCAL, makeTestBed, service, type TestBed } from '../activities/rollout/rollout-fixtures';
import { parts } from '../setup/parts';
import type { ContractBed, Seen } from './contract';
import { onlyKubernetes } from './only-docker';

/** A namespace of a cluster of this file's own, with an account that has the rights of `windlass bootstrap` and no others. */
export interface KubernetesBed extends ContractBed {
  bed: TestBed;
  cluster: TestCluster;
  target: KubernetesTarget;
  /** The image of `service`, which the nodes pull. */
  image: string;
  observe(): Promise<ObservedKubernetes>;
}

/** An empty namespace of a cluster of two nodes. */
export async function openKubernetesBed(
  wanted: Partial<Pick<KubernetesTarget, 'route'>> & { nodes?: number } = {},
): Promise<KubernetesBed> {
  const { route = 'service', nodes = 2 } = wanted;
  const cluster = await startKubernetes({ registry: parts().registry, nodes });
  const target: KubernetesTarget = { kind: 'kubernetes', name: LOCAL.name, namespace: uniqueName('ns'), route };
  const rules = rulesFor(target).map(({ group, ...rule }) => ({ apiGroups: [group], ...rule }));
  target.kubeconfig = await cluster.account({ namespace: target.namespace, rules });
  const bed = await makeTestBed({}, undefined, (settings) => onlyKubernetes(namespaces({ settings, connect })));
  const image = await pushBase(bed.place.installation);
  const observe = () => bed.deps.drivers.kubernetes.observe(target, bed.place, bed.place.installation, []);
  return {
    bed,
    cluster,
    target,
    image,
    observe,
    release: (name, environment: Partial<EnvironmentRecord>) =>
      void bed.release(name, { targets: [target], ...environment }),
    service: (name, overrides) => service(name, {}, { image, healthyWithinMs: 60_000, ...overrides }),
    perform: bed.perform,
    prepare: (release) => bed.perform('createNetworks', { release }),
    close: (release) => bed.perform('removeNetworks', { release }),
    async undoNothing() {
      const web = { release: 'one', service: 'web' };
      await bed.perform('removeAccessory', web);
      await bed.perform('discardAccessory', web);
    },
    async whileAway(work) {
      await cluster.apiServer.stop();
      try {
        return await work();
      } finally {
        await cluster.apiServer.start();
      }
    },
    see: async () => seeNamespace(await observe()),
    cleanUp: () => cluster.stop(),
  };
}

const seeNamespace = ({ containers, networks, routes }: ObservedKubernetes): Seen => ({
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
