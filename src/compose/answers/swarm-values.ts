import type { Mount, PublishedPort } from '../../model/container/container';
import { secretsIn } from '../../model/container/secret';
import type { Service } from '../../model/service';
import type { ComposeModel } from '../model';
import type { FindingSink } from './answers';

/** Values that no key tells of: what a task on any node cannot have. */
export function judgeForSwarm({ services: written = {} }: ComposeModel, services: Service[], notes: FindingSink): void {
  for (const service of services) {
    const at = ['services', service.name];
    const { mounts, ports, extraHosts = [] } = service.container;
    for (const mount of mounts) {
      const refusal = refuseMount(service, mount);
      if (refusal) notes.refuse([...at, mount.type === 'tmpfs' ? 'tmpfs' : 'volumes'], refusal);
    }
    for (const port of ports) {
      const refusal = refusePort(service, port);
      if (refusal) notes.refuse([...at, 'ports'], refusal);
    }
    if (extraHosts.some((entry) => entry.endsWith(':host-gateway')))
      notes.refuse(
        [...at, 'extra_hosts'],
        'has host-gateway, which is another machine on each node. Write an address that all nodes reach',
      );
    if (written[service.name]?.deploy?.mode === 'global')
      notes.refuse(
        [...at, 'deploy', 'mode'],
        'is global, but a release starts a number of instances beside the old ones. Write mode: replicated, replicas, and placement: { max_replicas_per_node: 1 }',
      );
  }
  tellOfSecrets(services, notes);
}

function refuseMount({ name, kind }: Service, mount: Mount): string | undefined {
  switch (mount.type) {
    case 'bind':
      return (
        `mounts ${mount.source} of the host, but a task may run on any node, and each has its own. Commit the file, or write a named volume ` +
        `in an accessory (services.${name}.accessory: true in windlass.yaml)`
      );
    case 'tmpfs':
      return mount.options
        ? `has options (${mount.options}), which a Swarm service does not have. Write it under volumes: { type: tmpfs, target: ${mount.target}, tmpfs: { size: 64m, mode: 0o1777 } }`
        : undefined;
    case 'volume':
      if (mount.subpath)
        return `mounts ${mount.subpath} of ${mount.volume}, but a Swarm service mounts whole volumes. Remove subpath`;
      if (kind === 'accessory') return undefined;
      return (
        `mounts the volume ${mount.volume}, but its instances may run on any node, and each node has its own volume of that name. ` +
        `Keep the data in an accessory, or write services.${name}.accessory: true in windlass.yaml if the service outlives releases: it stays on its volume's node`
      );
  }
}

function refusePort({ name, kind }: Service, { container, host, ip }: PublishedPort): string | undefined {
  const what = `publishes ${host ?? container}`;
  if (kind !== 'accessory')
    return `${what}, which has no route. Give it a route in windlass.yaml, or write services.${name}.publish: false`;
  if (ip)
    return `${what} on ${ip}, but its node has another address than the next. Write the port alone, and close it by the nodes' firewall`;
  if (host?.includes('-')) return `${what}, a range, which a Swarm service cannot have. Write one port`;
  return undefined;
}

/** Said once, for it is so of all of them. */
function tellOfSecrets(services: Service[], notes: FindingSink): void {
  const having = services.flatMap(({ name, container }) => {
    const variables = Object.entries(container.environment).filter(([, value]) => secretsIn(value).length > 0);
    return variables.map(([variable]) => ({ name, variable }));
  });
  const [first] = having;
  if (first)
    notes.tell(
      ['services', first.name, 'environment'],
      `has secrets (${having.map(({ name, variable }) => `${name}: ${variable}`).join(', ')}), which stand in the specifications of Swarm services: every manager can read ` +
        'them (docker service inspect). A file under secrets: is a Swarm secret, which only the tasks receive',
    );
}
