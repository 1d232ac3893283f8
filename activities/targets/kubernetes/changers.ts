import type { KubernetesObject } from '../../drivers/kubernetes/cluster';

/** Those who write the status, and an autoscaler, whose count is left alone. */
const OF_THE_CLUSTER = /^kube-(controller-manager|scheduler|apiserver)$|^(kubelet|gateway|traefik)/;

/** Who besides windlass and the cluster has written to an object, a sentence for each. */
export const describeChangers = (installation: string, { kind, metadata }: KubernetesObject): string[] => [
  ...new Set(
    (metadata.managedFields ?? [])
      .filter(({ manager, subresource }) => manager !== installation && !subresource && !OF_THE_CLUSTER.test(manager))
      .map(
        ({ manager }) =>
          `${kind} ${metadata.name} was changed by ${manager}. See what: kubectl get ${kind} ${metadata.name} -o yaml --show-managed-fields`,
      ),
  ),
];
