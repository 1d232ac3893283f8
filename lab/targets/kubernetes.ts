import type { Cluster, KubernetesObject } from '../../activities/drivers/kubernetes/cluster';
import { connectCluster } from '../../activities/drivers/kubernetes/connect';
import { readKubeconfig } from '../../activities/drivers/kubernetes/kubeconfig';
import { rulesFor } from '../../activities/targets/kubernetes/rights';
import type { TestCluster } from '../../parts/kubernetes/cluster';
import { isWeighed } from '../../src/model/strategy';
import type { LabTarget } from './lab-target';

/** A namespace of a cluster for each application. A strategy with weights needs a Gateway; else an Ingress leads to the Service. */
export async function onKubernetes(cluster: TestCluster, web: { host: string; port: number }): Promise<LabTarget> {
  const { kubeconfig, gateway } = cluster;
  const admin = connectCluster(await readKubeconfig({ kubeconfig }, { env: {}, refuseProgram: async () => 'no' }));
  return {
    hosts: [],
    async roomFor(app, strategy) {
      const namespace = app;
      const route = isWeighed(strategy)
        ? { gateway: gateway.name, namespace: gateway.namespace }
        : ('service' as const);
      const rules = rulesFor({ route }).map(({ group, ...rule }) => ({ apiGroups: [group], ...rule }));
      const file = await cluster.account({ namespace, rules });
      if (route === 'service')
        await admin.apply(ingressOf(namespace, web, gateway.ingressClass), { fieldManager: 'team' });
      return {
        written: `kubernetes: { kubeconfig: ${file}, namespace: ${namespace}, route: ${JSON.stringify(route)} }`,
        addresses: () => [gateway.address],
        variables: {},
        engines: [],
        instances: (installation) => deploymentsIn(admin, namespace, installation),
      };
    },
    stop: cluster.stop,
  };
}

const ingressOf = (
  namespace: string,
  { host, port }: { host: string; port: number },
  ingressClassName: string,
): KubernetesObject => {
  const backend = { service: { name: 'web', port: { number: port } } };
  const spec = { ingressClassName, rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace }, spec } as never;
};

interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
  status?: { availableReplicas?: number };
}

async function deploymentsIn(admin: Cluster, namespace: string, installation: string): Promise<string[]> {
  const all = await admin.list<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace });
  return all.map(({ metadata, spec, status }) => {
    const runs = status?.availableReplicas === spec.replicas;
    return `${metadata.labels?.[`${installation}.release`]} ${runs ? 'running' : 'not available'}`;
  });
}
