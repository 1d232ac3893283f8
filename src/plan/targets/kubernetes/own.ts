import type { Own, Words } from '../../engines/own';

export const KUBERNETES_WORDS: Words = {
  thing: 'StatefulSet',
  maker: 'kubectl apply',
  project: 'namespace',
  start: (project) => `kubectl apply -n ${project} -f MANIFESTS`,
  remove: (project) => `kubectl delete namespace ${project}`,
  stop: (name) => `kubectl scale --replicas 0 ${name}`,
};

/** A namespace. Its nodes pull for themselves, and a Gateway or Ingress of the cluster receives the requests. */
export const KUBERNETES: Own = {
  words: KUBERNETES_WORDS,
  adopts: false,
  fetch: () => [],
  tidy: () => [],
  leave: (target) => ({ operation: { name: 'leaveNamespace', target } }),
  proxies: () => [],
};
