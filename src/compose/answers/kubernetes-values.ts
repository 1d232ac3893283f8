import type { ContainerSpec, Mount } from '../../model/container/container';
import { requirementOf } from '../../model/kubernetes/placement';
import { secretsIn } from '../../model/container/secret';
import type { Service } from '../../model/service';
import type { ComposeModel } from '../model';
import type { FindingSink } from './answers';

const NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
const ANNOTATION = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;

/** Values that no key tells of: what a pod on any node cannot have. */
export function judgeForKubernetes(model: ComposeModel, services: Service[], notes: FindingSink): void {
  for (const service of services) {
    const at = ['services', service.name];
    if (!NAME.test(service.name))
      notes.refuse(
        at,
        'is no name in Kubernetes. Write lowercase letters, digits and hyphens, beginning with a letter',
      );
    for (const [key, refusal] of refusalsOf(service)) notes.refuse([...at, key], refusal);
    for (const mount of service.container.mounts) {
      const refusal = refuseMount(model, service, mount);
      if (refusal) notes.refuse([...at, mount.type === 'tmpfs' ? 'tmpfs' : 'volumes'], refusal);
    }
    const { mode } = model.services?.[service.name]?.deploy ?? {};
    if (mode === 'global')
      notes.refuse(
        [...at, 'deploy', 'mode'],
        'is global, but a release starts a number of instances beside the old ones. Write mode: replicated, replicas, and placement: { max_replicas_per_node: 1 }',
      );
    tellOfCallers(service, services, notes);
  }
  tellOfSecrets(services, notes);
}

/** Key → why its value cannot be. */
function refusalsOf({ name, kind, container, placement }: Service): [string, string][] {
  const { user, groupAdd = [], stopSignal, restart, extraHosts = [], hostname, healthcheck, ports } = container;
  const lasts = kind !== 'one-off';
  const isNumber = (text: string) => /^\d+$/.test(text);
  const foreign = (placement?.constraints ?? []).find((one) => requirementOf(one) === undefined);
  const [port] = ports;
  const all: [string, false | string | undefined][] = [
    [
      'user',
      user !== undefined &&
        !/^\d+(:\d+)?$/.test(user) &&
        `is ${user}, a name that a node does not know. Write numbers: "1000:1000"`,
    ],
    ['group_add', groupAdd.find((one) => !isNumber(one)) && 'has a name, which a node does not know. Write numbers'],
    [
      'stop_signal',
      stopSignal !== undefined &&
        !/^(SIG)?TERM$/.test(stopSignal) &&
        `is ${stopSignal}, but a pod is ended with SIGTERM. Let the program end on it`,
    ],
    [
      'restart',
      lasts &&
        restart?.name === 'no' &&
        'is no, but a cluster keeps every instance up. Remove it; what runs once is a command under `before`',
    ],
    [
      'extra_hosts',
      extraHosts.some((one) => one.endsWith(':host-gateway')) &&
        'has host-gateway, which is another machine for each pod. Write an address that all nodes reach',
    ],
    [
      'hostname',
      hostname !== undefined && !NAME.test(hostname) && `is ${hostname}. Write lowercase letters, digits and hyphens`,
    ],
    [
      'healthcheck',
      healthcheck !== undefined &&
        !healthcheck.test &&
        !healthcheck.disabled &&
        "has times, but no test, and a cluster does not run the image's own. Write test: [CMD, …]",
    ],
    [
      'ports',
      port !== undefined &&
        `publishes ${port.host ?? port.container}, which has no route. Give it a route in windlass.yaml, or write services.${name}.publish: false`,
    ],
    [
      'deploy',
      foreign !== undefined &&
        `has the constraint "${foreign}", which a cluster does not know. Write node.labels.KEY == VALUE or node.hostname == NAME`,
    ],
    ['labels', badAnnotation(container)],
  ];
  return all.flatMap(([key, refusal]): [string, string][] => (refusal ? [[key, refusal]] : []));
}

function badAnnotation({ labels = {}, annotations = {} }: ContainerSpec): string | undefined {
  const bad = Object.keys({ ...labels, ...annotations }).find((key) => !ANNOTATION.test(key));
  return (
    bad &&
    `has ${bad}, which cannot be the key of an annotation. Write letters, digits, dots and hyphens, and one / at most`
  );
}

function refuseMount({ volumes = {} }: ComposeModel, { name, kind }: Service, mount: Mount): string | undefined {
  switch (mount.type) {
    case 'bind':
      return (
        `mounts ${mount.source} of the host, but a pod may run on any node, and each has its own. Commit the file, or write a named volume ` +
        `in an accessory (services.${name}.accessory: true in windlass.yaml)`
      );
    case 'tmpfs':
      return mount.options
        ? `has options (${mount.options}), which a pod does not have. Write it under volumes: { type: tmpfs, target: ${mount.target}, tmpfs: { size: 64m } }`
        : undefined;
    case 'volume': {
      if (kind !== 'accessory')
        return (
          `mounts the volume ${mount.volume}, but its pods may run on any node, and a claim is of one node. ` +
          `Keep the data in an accessory, or write services.${name}.accessory: true in windlass.yaml if the service outlives releases`
        );
      const said = volumes[mount.volume];
      const { 'storage.size': size } = (said?.labels ?? {}) as Record<string, string | undefined>;
      return said?.external || size
        ? undefined
        : `mounts the volume ${mount.volume}, which has no size. Write volumes: { ${mount.volume}: { labels: { storage.size: 10Gi } } }`;
    }
  }
}

/** A Service leads to declared ports alone, so that others could not reach one without any. */
function tellOfCallers({ name, container, kind }: Service, services: Service[], notes: FindingSink): void {
  if (container.expose.length > 0 || kind === 'one-off') return;
  const callers = services.filter(({ dependsOn }) => dependsOn.some((one) => one.service === name));
  if (callers.length > 0)
    notes.tell(
      ['services', name],
      `declares no port, and others (${callers.map((one) => one.name).join(', ')}) depend on it. If they call it, write expose: [PORT], unless its image does`,
    );
}

/** Said once, for it is so of all of them. */
function tellOfSecrets(services: Service[], notes: FindingSink): void {
  const having = services.filter(({ container }) => {
    const texts = [...Object.values(container.environment), ...(container.files ?? []).map(({ text }) => text ?? '')];
    return texts.some((text) => secretsIn(text).length > 0);
  });
  const [first] = having;
  if (first)
    notes.tell(
      ['services', first.name],
      `has secrets, which lie in Secrets of the namespace (${having.map(({ name }) => name).join(', ')}): everybody who may read those there can read them. ` +
        'Let the cluster encrypt its store, and limit who may get secrets',
    );
}
