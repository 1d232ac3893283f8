import type { Service } from '../service';
import { compact, type Manifest, type PodTemplate } from './objects';
import { seconds } from './probes';

type Metadata = Manifest['metadata'];

/** How long a pod without a health command and a route must run to count. */
const STEADY_S = 3;

export interface SetMake {
  metadata: Metadata;
  /** The labels by which it knows its pods. They can never change. */
  selector: Record<string, string>;
  template: PodTemplate;
  service: Service;
  replicas: number;
  /** Nothing asks it whether it is well, so it must have run for a while. */
  isMute?: boolean;
}

/** All instances of a service of a release. It is never changed while it serves, so there are no rolling updates. */
export const deploymentOf = ({ metadata, selector, template, service, replicas, isMute }: SetMake): Manifest =>
  compact({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: selector },
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 0,
      progressDeadlineSeconds: seconds(service.healthyWithinMs) + (isMute ? STEADY_S : 0),
      minReadySeconds: isMute ? STEADY_S : undefined,
      template,
    },
  });

/** What keeps data: one pod, which is gone before the next one starts. */
export const statefulSetOf = ({ metadata, selector, template, replicas }: SetMake): Manifest =>
  compact({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      serviceName: metadata.name,
      replicas,
      podManagementPolicy: 'Parallel',
      revisionHistoryLimit: 0,
      selector: { matchLabels: selector },
      template,
    },
  });

/** What runs once, and is kept, so that it does not run twice. */
export const jobOf = (metadata: Metadata, template: PodTemplate): Manifest =>
  compact({ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { backoffLimit: 0, completions: 1, template } });

export interface Port {
  port: number;
  protocol: 'TCP' | 'UDP' | 'SCTP';
}

/** The ports by which others reach a service: those that the compose file and the image declare, and those of its routes. */
export function portsOf({ container }: Service, routed: number[]): Port[] {
  const declared = container.expose.map((text): Port => {
    const [port, protocol = 'tcp'] = text.split('/');
    return { port: Number(port), protocol: protocol.toUpperCase() as Port['protocol'] };
  });
  const published = container.ports.map(({ container: port, protocol }): Port => ({
    port,
    protocol: protocol.toUpperCase() as Port['protocol'],
  }));
  const all = [...routed.map((port): Port => ({ port, protocol: 'TCP' })), ...declared, ...published];
  const keyOf = ({ port, protocol }: Port) => `${port}/${protocol}`;
  return all.filter((one, at) => all.findIndex((other) => keyOf(other) === keyOf(one)) === at);
}

/** What leads to the pods with these labels; to none without any. */
export const serviceOf = (metadata: Metadata, ports: Port[], selector?: Record<string, string>): Manifest =>
  compact({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      selector,
      ports: ports.map(({ port, protocol }) => ({
        name: `${protocol.toLowerCase()}-${port}`,
        port,
        protocol,
        targetPort: port,
      })),
    },
  });

export const secretOf = (metadata: Metadata, data: Record<string, string>, type = 'Opaque'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata,
  type,
  ...(type === 'Opaque' && { immutable: true }),
  data,
});

/** An empty one has no data at all: of an immutable one the cluster takes `{}` for a change. */
export const configMapOf = (metadata: Metadata, binaryData: Record<string, string>): Manifest =>
  compact({ apiVersion: 'v1', kind: 'ConfigMap', metadata, immutable: true, binaryData });

/** A claim is never deleted. Its size and class can be written as labels of the volume. */
export const claimOf = (
  metadata: Metadata,
  { size, storageClass }: { size: string; storageClass?: string },
): Manifest =>
  compact({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: storageClass,
      resources: { requests: { storage: size } },
    },
  });
