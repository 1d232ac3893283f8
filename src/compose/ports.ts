import type { PublishedPort } from '../model/container';
import type { ServiceKind } from '../model/service';
import type { ComposePort, ComposeService } from './model';
import type { Notes } from './notes';
import { toPorts } from './units';

export interface PortReading {
  /** What is published on the host. */
  ports: PublishedPort[];
  /** Ports that it listens on, lowest first. */
  expose: string[];
}

/** How a service is reached from outside: not at all, by the proxy, or by ports of the host. */
export interface Reach {
  kind: ServiceKind;
  publish: boolean;
  /** The ports that the manifest routes by number; undefined when the service has no route. */
  routed?: number[];
  /** Old and new instances stand beside each other for a while. */
  sideBySide: boolean;
  replicas: number;
}

/** The ports of a service; `at` is where it is in the model. */
export function readPorts(
  name: string,
  service: ComposeService,
  reach: Reach,
  at: string[],
  notes: Notes,
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
    tellUnrouted(wanted, at, notes);
    return { ports: [], expose };
  }
  const refusal = refusePublishing(name, wanted, reach);
  if (refusal) notes.refuse([...at, 'ports'], refusal);
  const publishAll = () => wanted.flatMap((port) => publish(port, [...at, 'ports', written.indexOf(port)], notes));
  return { ports: refusal ? [] : publishAll(), expose };
}

/** A port of the host is one container's: an accessory's, or that of a service whose old instance stops first. */
function refusePublishing(name: string, written: ComposePort[], { kind, replicas, sideBySide }: Reach) {
  if (kind === 'accessory' || (!sideBySide && replicas === 1)) return undefined;
  const ports = written.map(({ published, target }) => published ?? String(target)).join(', ');
  const wayOut = `Give it a route in windlass.yaml, leave its ports to a laptop (services.${name}.publish: false), or write`;
  if (!sideBySide)
    return `publishes ${ports} on the host, which the ${replicas} instances of ${name} cannot all do. ${wayOut} replicas: 1`;
  return (
    `publishes ${ports} on the host, which the old and the new instance of ${name} cannot both do. ` +
    `${wayOut} strategy: recreate, which stops the old instance first, and is an outage`
  );
}

const isTcp = ({ protocol = 'tcp' }: ComposePort) => protocol === 'tcp';

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

function publish(
  { target, published, host_ip, protocol = 'tcp' }: ComposePort,
  at: (string | number)[],
  notes: Notes,
): PublishedPort[] {
  if (!PROTOCOLS.includes(protocol) || (published !== undefined && !/^\d+(-\d+)?$/.test(published))) {
    notes.refuse(
      at,
      `publishes ${target}/${protocol} on ${published}. Expected a port of the host, or a range of them, and ${PROTOCOLS.join(', ')}`,
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

/** What a routed service publishes besides the ports that its routes lead to. */
const withoutRoute = (written: ComposePort[], routed: number[]) =>
  written.filter((port) => !isTcp(port) || (written.length > 1 && !routed.includes(port.target)));

/** The proxy serves HTTP on the ports that are routed; what else is published would be lost in silence. */
function tellUnrouted(lost: ComposePort[], at: string[], notes: Notes): void {
  if (lost.length === 0) return;
  const ports = lost.map(({ target, protocol = 'tcp' }) => `${target}/${protocol}`).join(', ');
  notes.tell([...at, 'ports'], `publishes ${ports}, which no route leads to: it is not reached from outside`);
}
