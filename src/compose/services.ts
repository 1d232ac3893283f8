import type { OneOff, Service, ServiceKind } from '../model/service';
import { readDependencies } from './dependencies';
import { checkDeploy } from './deploy';
import { readEnvironment } from './environment';
import { checkPlaces, readReferences } from './files';
import { SERVICE_KEYS } from './keys';
import type { ComposeModel, ComposeService } from './model';
import { readMounts } from './mounts';
import { checkNamespaces } from './namespaces';
import { readMemberships } from './networks';
import type { Notes } from './notes';
import { readPorts } from './ports';
import { checkSecrets } from './secrets';
import { readSettings } from './settings';
import { type ServiceWishes, type Wishes, wishesFor } from './wishes';

/** What is known while a service is read. */
interface Reading {
  model: ComposeModel;
  kinds: Record<string, ServiceKind>;
  wishes: Wishes;
  notes: Notes;
}

/** One service. Its image is `''` until the record is stored, for only then is its digest known. */
export function readService(name: string, service: ComposeService, { model, kinds, wishes, notes }: Reading): Service {
  const at = ['services', name];
  const kind = kinds[name]!;
  const said = wishesFor(wishes, name);
  notes.checkKeys(SERVICE_KEYS, at, service);
  checkSecrets(service, wishes.secrets, at, notes);
  checkDeploy(service, at, notes);
  checkNamespaces(service, kind, at, notes);
  checkLinks(service, at, notes);
  checkPlatform(service, at, notes);
  const routes = wishes.routes.filter((route) => route.service === name);
  const routed = routes.length > 0 ? routes.flatMap(({ port }) => port ?? []) : undefined;
  const replicas = readReplicas(service, kind, said.replicas, at, notes);
  const reach = { kind, publish: said.publish, routed, replicas, sideBySide: wishes.sideBySide };
  const mounted = readMounts(name, service, kind, wishes, at, notes);
  const referred = readReferences(model, service, wishes, at, notes);
  const mounts = [...mounted.mounts, ...referred.mounts];
  const files = [...mounted.files, ...referred.files];
  checkPlaces(files, mounts, service, at, notes);
  return {
    name,
    kind,
    image: '',
    replicas,
    dependsOn: readDependencies(service, kind, kinds, at, notes),
    networks: readMemberships(service, otherNames(name, service, kind, at, notes), at, notes),
    container: {
      ...readSettings(service),
      environment: readEnvironment(service, wishes.notSecret, at, notes),
      mounts,
      ...(files.length > 0 && { files }),
      ...readPorts(name, service, reach, at, notes),
    },
    before: kind === 'one-off' ? [runItself(said, at, notes)] : said.before,
    ...(said.irreversible && { irreversible: true as const }),
    healthyWithinMs: said.healthyWithin,
    drainMs: said.drain,
  };
}

/** A service that others wait for is a command that runs once: its own. */
function runItself({ completes }: ServiceWishes, at: string[], notes: Notes): OneOff {
  if (!completes?.undo && !completes?.irreversible)
    notes.tell(
      at,
      'runs once in each release, and what it does stays when the release goes back. Where that matters, write completes: ' +
        '{ undo: [command] } or { irreversible: true } for it in windlass.yaml',
    );
  return { command: [], ...completes };
}

function readReplicas(
  service: ComposeService,
  kind: ServiceKind,
  said: number | undefined,
  at: string[],
  notes: Notes,
): number {
  if (kind === 'one-off') return 1;
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
