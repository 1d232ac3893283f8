import type { PublishedPort, ServiceKind } from '../model/service';
import type { ComposePort, ComposeService } from './model';
import type { Notes } from './notes';
import { toPorts } from './units';

export interface PortReading {
  /** What is published on the host. */
  ports: PublishedPort[];
  /** TCP ports that it listens on, lowest first. */
  expose: number[];
}

/** How a service is reached from outside: not at all, by the proxy, or by ports of the host. */
export interface Reach {
  kind: ServiceKind;
  publish: boolean;
  /** The ports that the manifest routes by number; undefined when the service has no route. */
  routed?: number[];
  /** Old and new instances stand beside each other for a while. */
  sideBySide: boolean;
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
  const exposed = (service.expose ?? []).map(toPorts).filter(({ protocol }) => protocol === 'tcp');
  const listened = [...written.filter(isTcp).map(({ target }) => target), ...exposed.flatMap(({ ports }) => ports)];
  const expose = [...new Set(listened)].sort((a, b) => a - b);
  if (!reach.publish || written.length === 0) return { ports: [], expose };
  const publishAll = (some: ComposePort[]) =>
    some.flatMap((port) => publish(port, [...at, 'ports', written.indexOf(port)], notes));
  if (reach.kind === 'accessory') return { ports: publishAll(written), expose };
  const unrouted = reach.routed ? withoutRoute(written, reach.routed) : written;
  if (!reach.sideBySide) return { ports: publishAll(unrouted), expose };
  if (reach.routed) tellUnrouted(unrouted, at, notes);
  else {
    const ports = written.map(({ published, target }) => published ?? String(target)).join(', ');
    notes.refuse(
      [...at, 'ports'],
      `publishes ${ports} on the host, which the old and the new instance of ${name} cannot both do. Give it a route in windlass.yaml, ` +
        `leave its ports to a laptop (services.${name}.publish: false), or write strategy: recreate, which stops the old instance first, and is an outage`,
    );
  }
  return { ports: [], expose };
}

const isTcp = ({ protocol = 'tcp' }: ComposePort) => protocol === 'tcp';

function publish(
  { target, published, host_ip, protocol = 'tcp' }: ComposePort,
  at: (string | number)[],
  notes: Notes,
): PublishedPort[] {
  const host = published === undefined ? undefined : Number(published);
  if (Number.isNaN(host) || (protocol !== 'tcp' && protocol !== 'udp')) {
    notes.refuse(at, `publishes ${target}/${protocol} on ${published}. Expected one port of the host, tcp or udp`);
    return [];
  }
  return [{ container: target, ...(host !== undefined && { host }), ...(host_ip && { ip: host_ip }), protocol }];
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
