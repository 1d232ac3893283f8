import type { PublishedPort } from '../../model/container/container';
import type { ServiceKind } from '../../model/service';
import type { ComposePort, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import { toPorts } from '../units';

export interface PortReading {
  ports: PublishedPort[];
  expose: string[];
}

/** How a service is reached from outside: not at all, through the proxy, or by ports of the host. */
export interface Reach {
  kind: ServiceKind;
  publish: boolean;
  /** The ports routed by number; undefined when the service has no route. */
  routed?: number[];
  sideBySide: boolean;
  replicas: number;
}

/** The ports of a service; `at` is its path in the model. */
export function readPorts(
  name: string,
  service: ComposeService,
  reach: Reach,
  at: string[],
  notes: Diagnostics,
): PortReading {
  const written = service.ports ?? [];
  const exposed = (service.expose ?? [])
    .map(toPorts)
    .flatMap(({ ports, protocol }) => ports.map((port) => ({ target: port, protocol })));
  const listened = [...written, ...exposed].sort((a, b) => a.target - b.target);
  const expose = [...new Set(listened.map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`))];
  if (!reach.publish || reach.kind === 'one-off') return { ports: [], expose };
  const wanted = reach.routed && reach.kind !== 'accessory' ? withoutRoute(written, reach.routed) : written;
  if (wanted.length === 0) return { ports: [], expose };
  if (reach.routed && reach.sideBySide) {
    reportUnrouted(wanted, at, notes);
    return { ports: [], expose };
  }
  const refusal = refusePublishing(name, wanted, reach);
  if (refusal) notes.refuse([...at, 'ports'], refusal);
  const publishAll = () => wanted.flatMap((port) => publish(port, [...at, 'ports', written.indexOf(port)], notes));
  return { ports: refusal ? [] : publishAll(), expose };
}

function refusePublishing(name: string, written: ComposePort[], { kind, replicas, sideBySide }: Reach) {
  if (kind === 'accessory' || (!sideBySide && replicas === 1)) return undefined;
  const ports = written.map(({ published, target }) => published ?? String(target)).join(', ');
  const remedy = `Give it a route in windlass.yaml, do not publish it (services.${name}.publish: false), or write`;
  if (!sideBySide)
    return `publishes ${ports} on the host, which the ${replicas} instances of ${name} cannot share. ${remedy} replicas: 1`;
  return (
    `publishes ${ports} on the host, which the old and the new instance of ${name} cannot share. ` +
    `${remedy} strategy: recreate (an outage, because the old instance stops first)`
  );
}

const isTcp = ({ protocol = 'tcp' }: ComposePort) => protocol === 'tcp';

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

function publish(
  { target, published, host_ip, protocol = 'tcp' }: ComposePort,
  at: (string | number)[],
  notes: Diagnostics,
): PublishedPort[] {
  if (!PROTOCOLS.includes(protocol) || (published !== undefined && !/^\d+(-\d+)?$/.test(published))) {
    notes.refuse(
      at,
      `publishes ${target}/${protocol} on ${published}. Expected a host port or a range, and ${PROTOCOLS.join(', ')}`,
    );
    return [];
  }
  return [
    {
      container: target,
      ...(published !== undefined && { host: published }),
      ...(host_ip && { ip: host_ip }),
      protocol: protocol as PublishedPort['protocol'],
    },
  ];
}

const withoutRoute = (written: ComposePort[], routed: number[]) =>
  written.filter((port) => !isTcp(port) || (written.length > 1 && !routed.includes(port.target)));

/** The proxy serves only routed ports; losing the others must not be silent. */
function reportUnrouted(lost: ComposePort[], at: string[], notes: Diagnostics): void {
  if (lost.length === 0) return;
  const ports = lost.map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`).join(', ');
  notes.tell([...at, 'ports'], `publishes ${ports}, which has no route and so is not reachable from outside`);
}
