import type { ContainerSpec } from '../container/container';
import { secretsIn } from '../container/secret';
import type { Service } from '../service';
import { keyOfVariable } from './contents';
import { compact, literally, type PodTemplate } from './objects';
import { placementOf } from './placement';
import { probesOf, seconds } from './probes';
import { type Stores, volumesOf } from './volumes';

/** A service as a pod: everything that its template depends on. */
export interface PodMake extends Stores {
  service: Service;
  /** Those that tell its set from any other. */
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  /** The ports of its routes, in order. */
  routed: number[];
  /** The names of this release's other services, by address. */
  hosts: { ip: string; names: string[] }[];
  pullSecret?: string;
  /** It runs once, to its end. */
  isJob?: boolean;
}

/**
 * How long a pod that is leaving goes on serving, at the least: those who send requests hear of it later than the pod itself. Beyond that
 * it is the service's `drain`, for nobody can see whether requests are in flight.
 */
const LEAVES_AFTER_S = 3;
const STOP_GRACE_MS = 10_000;

/** The template of a service's pods. Texts keep their references: what has secrets is read from the service's Secret. */
export function podTemplate(make: PodMake): PodTemplate {
  const { service, labels, isJob, pullSecret, hosts } = make;
  const { container, placement = {} } = service;
  const { volumes, volumeMounts } = volumesOf(service, make);
  const leavesAfter = !isJob && service.kind === 'released' ? Math.max(LEAVES_AFTER_S, seconds(service.drainMs)) : 0;
  return compact({
    metadata: { labels, annotations: { ...container.labels, ...container.annotations, ...make.annotations } },
    spec: {
      restartPolicy: isJob ? 'Never' : 'Always',
      enableServiceLinks: false,
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: seconds(container.stopGraceMs ?? STOP_GRACE_MS) + leavesAfter,
      imagePullSecrets: pullSecret === undefined ? undefined : [{ name: pullSecret }],
      hostname: container.hostname,
      hostAliases: [
        ...hosts.map(({ ip, names }) => ({ ip, hostnames: names })),
        ...(container.extraHosts ?? []).map(hostAlias),
      ],
      dnsConfig: {
        nameservers: container.dns,
        searches: container.dnsSearch,
        options: container.dnsOpt?.map((text) => {
          const [name, value] = text.split(':');
          return { name, value };
        }),
      },
      securityContext: { supplementalGroups: container.groupAdd?.map(Number) },
      ...placementOf(placement, labels),
      containers: [
        {
          name: service.name,
          image: service.image,
          command: container.entrypoint?.map(literally),
          args: container.command?.map(literally),
          env: variablesOf(container, make.secret),
          workingDir: container.workingDir,
          tty: container.tty,
          stdin: container.stdinOpen,
          ports: make.routed.map((containerPort) => ({ containerPort })),
          resources: resourcesOf(service),
          securityContext: securityOf(container),
          lifecycle: leavesAfter > 0 ? { preStop: { sleep: { seconds: leavesAfter } } } : undefined,
          ...(isJob ? {} : probesOf(service, make.routed)),
          volumeMounts,
        },
      ],
      volumes,
    },
  });
}

const variablesOf = ({ environment }: ContainerSpec, secret: string) =>
  Object.entries(environment).map(([name, text]) =>
    secretsIn(text).length > 0
      ? { name, valueFrom: { secretKeyRef: { name: secret, key: keyOfVariable(name) } } }
      : { name, value: literally(text) },
  );

function resourcesOf({ container, placement }: Service) {
  const { cpus, memoryBytes, memoryReservationBytes } = container;
  const cores = (count: number | undefined) => (count === undefined ? undefined : `${Math.round(count * 1_000)}m`);
  const bytes = (count: number | undefined) => (count === undefined ? undefined : String(count));
  return {
    limits: { cpu: cores(cpus), memory: bytes(memoryBytes) },
    requests: { cpu: cores(placement?.cpus), memory: bytes(memoryReservationBytes) },
  };
}

function securityOf({ user, readOnly, capAdd, capDrop }: ContainerSpec) {
  const [runAsUser, runAsGroup] = user?.split(':').map(Number) ?? [];
  return { runAsUser, runAsGroup, readOnlyRootFilesystem: readOnly, capabilities: { add: capAdd, drop: capDrop } };
}

/** A container's `name:address`. */
function hostAlias(entry: string): object {
  const at = entry.indexOf(':');
  return { ip: entry.slice(at + 1), hostnames: [entry.slice(0, at)] };
}
