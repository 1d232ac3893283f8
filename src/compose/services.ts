import type { Service, ServiceKind } from '../model/service';
import { readContainer } from './container';
import { readDependencies } from './dependencies';
import { readEnvironment } from './environment';
import { SERVICE_KEYS } from './keys';
import type { ComposeService } from './model';
import { readMounts } from './mounts';
import { readMemberships } from './networks';
import type { Notes } from './notes';
import { readPorts } from './ports';
import { checkSecrets } from './secrets';
import { type Wishes, wishesFor } from './wishes';

/** What is known while a service is read. */
interface Reading {
  kinds: Record<string, ServiceKind>;
  wishes: Wishes;
  notes: Notes;
}

/** One service. Its image is `''` until the record is stored, for only then is its digest known. */
export function readService(name: string, service: ComposeService, { kinds, wishes, notes }: Reading): Service {
  const at = ['services', name];
  const kind = kinds[name]!;
  const said = wishesFor(wishes, name);
  notes.checkKeys(SERVICE_KEYS, at, service);
  checkSecrets(service, wishes.secrets, at, notes);
  checkLinks(service, at, notes);
  checkPlatform(service, at, notes);
  const routes = wishes.routes.filter((route) => route.service === name);
  const routed = routes.length > 0 ? routes.flatMap(({ port }) => port ?? []) : undefined;
  return {
    name,
    kind,
    image: '',
    replicas: readReplicas(service, kind, said.replicas, at, notes),
    dependsOn: readDependencies(service, kind, kinds, at, notes),
    networks: readMemberships(service, otherNames(name, service, kind, at, notes), at, notes),
    container: {
      ...readContainer(service, at, notes),
      environment: readEnvironment(service, wishes.notSecret, at, notes),
      mounts: readMounts(service, kind !== 'accessory' && wishes.sideBySide, at, notes),
      ...readPorts(name, service, { kind, publish: said.publish, routed, sideBySide: wishes.sideBySide }, at, notes),
    },
    before: said.before,
    ...(said.irreversible && { irreversible: true as const }),
    healthyWithinMs: said.healthyWithin,
    drainMs: said.drain,
  };
}

function readReplicas(
  service: ComposeService,
  kind: ServiceKind,
  said: number | undefined,
  at: string[],
  notes: Notes,
): number {
  const replicas = said ?? service.deploy?.replicas ?? Number(service['scale'] ?? 1);
  if (replicas < 1) notes.refuse(at, 'has no instance (replicas: 0). To leave it out of releases, give it a profile');
  if (kind === 'accessory' && replicas > 1)
    notes.refuse(
      at,
      `has ${replicas} instances. An accessory keeps data and has one; write accessory: false, or replicas: 1`,
    );
  return Math.max(replicas, 1);
}

/** An accessory is one container, so the name that it had is one more by which it can be called. */
function otherNames(
  name: string,
  { container_name }: ComposeService,
  kind: ServiceKind,
  at: string[],
  notes: Notes,
): string[] {
  if (!container_name) return [];
  const path = [...at, 'container_name'];
  if (kind === 'accessory')
    notes.tell(path, `is not the container's name, which windlass gives; it stays a name to call ${name} by`);
  else
    notes.refuse(
      path,
      `cannot be kept: the old and the new instance stand beside each other. Remove it; ${name} is called by the name of the service`,
    );
  return kind === 'accessory' ? [container_name] : [];
}

function checkLinks({ links = [] }: ComposeService, at: string[], notes: Notes): void {
  for (const [index, link] of links.entries()) {
    const [service, alias = service] = link.split(':');
    if (alias !== service)
      notes.refuse(
        [...at, 'links', index],
        `calls ${service} by the name ${alias}. Write that name under networks.default.aliases of ${service}`,
      );
  }
}

function checkPlatform(service: ComposeService, at: string[], notes: Notes): void {
  if (service.platform && !service.build)
    notes.tell([...at, 'platform'], 'is not asked for: the host pulls the image that is made for it');
}
