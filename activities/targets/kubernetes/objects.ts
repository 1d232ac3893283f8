import type { KubernetesObject } from '../../drivers/kubernetes/cluster';

/** What windlass reads of objects that the cluster keeps up. */

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A Deployment or a StatefulSet. */
export interface SetObject extends KubernetesObject {
  spec: { replicas?: number; template: { spec: { containers: { image: string }[] } } };
  status?: {
    observedGeneration?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface ContainerEnd {
  exitCode: number;
  reason?: string;
  message?: string;
}

export interface ContainerStatus {
  ready: boolean;
  restartCount: number;
  imageID?: string;
  state: {
    waiting?: { reason?: string; message?: string };
    terminated?: ContainerEnd;
    running?: { startedAt: string };
  };
  lastState?: { terminated?: ContainerEnd };
}

export interface PodObject extends KubernetesObject {
  spec: { nodeName?: string };
  status?: {
    phase?: string;
    podIP?: string;
    reason?: string;
    message?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface JobObject extends KubernetesObject {
  status?: { conditions?: Condition[] };
}

export interface ServiceObject extends KubernetesObject {
  spec: { clusterIP?: string; selector?: Record<string, string>; ports?: { port: number }[] };
}

export interface EndpointSliceObject extends KubernetesObject {
  endpoints?: { conditions?: { ready?: boolean }; targetRef?: { kind?: string; name?: string } }[];
}

export const containerOf = ({ status }: PodObject): ContainerStatus | undefined => status?.containerStatuses?.[0];

export const isReady = ({ status, metadata }: PodObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);

/** How long a pod may take to go after the time at which it was to be gone; then its node is lost, and nobody waits for it. */
const LOST_AFTER_MS = 30_000;

/** Does it still hold anything, as far as anyone can know? */
export function isThere({ metadata: { deletionTimestamp }, status }: PodObject): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  return deletionTimestamp === undefined || Date.now() - Date.parse(deletionTimestamp) < LOST_AFTER_MS;
}

/** Both: a value that a label cannot have is an annotation. */
export const wordsOn = ({ metadata }: KubernetesObject): Record<string, string> => ({
  ...metadata.annotations,
  ...metadata.labels,
});
