import type { Manifest } from '../../../src/model/kubernetes/objects';
import type { Cluster, JsonPatch, KubernetesObject } from '../../drivers/kubernetes/cluster';
import { isStatus } from '../../drivers/kubernetes/errors';

/** The kinds of objects that windlass makes or reads, with the API of each. */
const APIS = {
  ConfigMap: 'v1',
  Deployment: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  Job: 'batch/v1',
  PersistentVolumeClaim: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Pod: 'v1',
  PodDisruptionBudget: 'policy/v1',
  ResourceQuota: 'v1',
  Secret: 'v1',
  Service: 'v1',
  StatefulSet: 'apps/v1',
} as const;
export type Kind = keyof typeof APIS;

/** Made only where the manifest wants them. */
export const GUARDS: Kind[] = ['PodDisruptionBudget', 'NetworkPolicy'];

/** One namespace of a cluster, written to under the installation's name as field manager. */
export interface Space {
  cluster: Cluster;
  namespace: string;
  get<T extends KubernetesObject>(kind: Kind, name: string): Promise<T | undefined>;
  list<T extends KubernetesObject>(kind: Kind, labels: Record<string, string>): Promise<T[]>;
  /** Server-side, and never taking what another field manager owns. */
  apply<T extends KubernetesObject>(manifest: Manifest): Promise<T>;
  /** False where a `test` of the patch failed, or the object is gone: it is to be read again. */
  patch(kind: Kind, name: string, patch: JsonPatch[]): Promise<boolean>;
  remove(kind: Kind, name: string, uid?: string): Promise<void>;
}

export function spaceOf(cluster: Cluster, namespace: string, fieldManager: string): Space {
  const of = (kind: Kind) => ({ apiVersion: APIS[kind], kind, namespace });
  return {
    cluster,
    namespace,
    get: (kind, name) => cluster.get({ ...of(kind), name }),
    list: (kind, labels) => cluster.list(of(kind), labels),
    apply: <T extends KubernetesObject>(manifest: Manifest) =>
      cluster.apply<T>({ ...manifest, metadata: { ...manifest.metadata, namespace } } as unknown as T, {
        fieldManager,
      }),
    async patch(kind, name, patch) {
      try {
        await cluster.patch({ ...of(kind), name }, patch, fieldManager);
        return true;
      } catch (error) {
        if (isStatus(error, 422) || isStatus(error, 404) || isStatus(error, 409)) return false;
        throw error;
      }
    },
    remove: (kind, name, uid) => cluster.delete({ ...of(kind), name }, { ...(uid && { uid }) }),
  };
}

const OPTIONAL: Kind[] = ['HTTPRoute', ...GUARDS];

/** Of what is made only where the manifest wants it, an account that may not look has made none, and a cluster may not know it. */
export async function listed(space: Space, kind: Kind, labels: Record<string, string>): Promise<KubernetesObject[]> {
  try {
    return await space.list(kind, labels);
  } catch (error) {
    if (OPTIONAL.includes(kind) && (isStatus(error, 403) || isStatus(error, 404))) return [];
    throw error;
  }
}
