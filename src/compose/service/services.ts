import type { OneOff, Service, ServiceKind } from '../../model/service';
import { textOf } from '../../model/container/data';
import { readDependencies } from './dependencies';
import { checkDeploy, readPlacement } from './deploy';
import { readEnvironment } from './environment';
import { checkPlaces, readReferences } from '../files/files';
import { readHooks } from './hooks';
import type { ComposeModel, ComposeService } from '../model';
import { isReplaced, readMounts } from '../mounts/mounts';
import { checkAddresses, otherNames } from './names';
import { checkNamespaces, checkNetworkMode, serviceOfNetwork } from '../network/namespaces';
import { readMemberships } from '../network/networks';
import type { Diagnostics } from '../diagnostics';
import { readPorts } from '../network/ports';
import { checkSecrets } from './secrets';
import { readSettings } from './settings';
import { type ServiceOverrides, type ComposeOverrides, overridesFor } from '../overrides';

interface Reading {
  model: ComposeModel;
  kinds: Record<string, ServiceKind>;
  overrides: ComposeOverrides;
  notes: Diagnostics;
}

const NO_PORTS = { ports: [], expose: [] };

/** Reads one service. Its image is `''` until the record is stored, because only then is its digest known. */
export function readService(
  name: string,
  service: ComposeService,
  { model, kinds, overrides, notes }: Reading,
): Service {
  const at = ['services', name];
  const kind = kinds[name]!;
  const said = overridesFor(overrides, name);
  notes.checkKeys('service', at, service);
  checkSecrets(service, overrides.secrets, at, notes);
  checkDeploy(service, at, notes);
  checkNamespaces(service, kind, at, notes);
  checkAddresses(name, model, at, notes);
  checkPlatform(service, at, notes);
  checkEnd(name, service, kinds, at, notes);
  const routes = overrides.routes.filter((route) => route.service === name);
  const routed = routes.length > 0 ? routes.flatMap(({ port }) => port ?? []) : undefined;
  const replicas = readReplicas(service, kind, said, at, notes);
  const reach = { kind, publish: said.publish, routed, replicas, sideBySide: overrides.sideBySide };
  checkNetworkMode(service, { ...reach, kinds, before: said.before.length }, at, notes);
  const mounted = readMounts(name, service, kind, overrides, at, notes);
  const referred = readReferences(model, service, overrides, at, notes);
  const mounts = [...mounted.mounts, ...referred.mounts];
  const files = [...mounted.files, ...referred.files];
  checkPlaces(files, mounts, service, at, notes);
  const hooks = readHooks(service, kind, at, notes);
  const placement = readPlacement(service, notes);
  const shared = mounts.map(textOf).filter((one) => said.volumes[one] === 'shared');
  return {
    name,
    kind,
    image: '',
    replicas,
    dependsOn: readDependencies(service, kind, kinds, at, notes),
    networks: readMemberships(service, otherNames(name, model), at, notes),
    container: {
      ...readSettings(service),
      environment: readEnvironment(name, service, model, overrides, at, notes),
      mounts,
      ...(files.length > 0 && { files }),
      ...(hooks && { hooks }),
      ...(serviceOfNetwork(service['network_mode']) ? NO_PORTS : readPorts(name, service, reach, at, notes)),
    },
    before: kind === 'one-off' ? [runItself(said, at, notes)] : said.before,
    ...(said.irreversible && { irreversible: true as const }),
    ...(shared.length > 0 && { shared: [...new Set(shared)].sort() }),
    healthyWithinMs: said.healthyWithin,
    drainMs: said.drain,
    ...(placement && { placement }),
  };
}

function runItself({ completes }: ServiceOverrides, at: string[], notes: Diagnostics): OneOff {
  if (!completes?.undo && !completes?.irreversible)
    notes.tell(
      at,
      'runs once in each release, and a rollback does not undo it. If that matters, write completes: ' +
        '{ undo: [command] } or { irreversible: true } for it in windlass.yaml',
    );
  return { command: [], ...completes };
}

function readReplicas(
  service: ComposeService,
  kind: ServiceKind,
  { replicas: said, volumes }: ServiceOverrides,
  at: string[],
  notes: Diagnostics,
): number {
  if (kind === 'one-off') return 1;
  const replicas = said ?? service.deploy?.replicas ?? Number(service['scale'] ?? 1);
  if (replicas < 1) notes.refuse(at, 'has no instance (replicas: 0). To exclude it from releases, give it a profile');
  if (kind === 'accessory' && replicas > 1)
    notes.refuse(
      at,
      `has ${replicas} instances. An accessory keeps data and has one; write accessory: false, or replicas: 1`,
    );
  const exclusive = Object.keys(volumes).filter((one) => volumes[one] === 'exclusive');
  if (exclusive.length > 0 && replicas > 1)
    notes.refuse(
      at,
      `has ${replicas} instances, but ${exclusive.join(', ')} is exclusive. Write replicas: 1, or shared`,
    );
  return Math.max(replicas, 1);
}

function checkPlatform(service: ComposeService, at: string[], notes: Diagnostics): void {
  if (service.platform && !service.build)
    notes.tell([...at, 'platform'], 'is ignored: the host pulls the image for its own platform');
}

/** An instance that nothing starts again once it has ended. */
function checkEnd(
  name: string,
  service: ComposeService,
  kinds: Record<string, ServiceKind>,
  at: string[],
  notes: Diagnostics,
): void {
  if (service['restart'] !== 'no' || !isReplaced(kinds[name]!)) return;
  const late = Object.keys(service.depends_on ?? {}).filter((on) => kinds[on] && isReplaced(kinds[on]));
  const remedy =
    late.length > 0
      ? `It waits for ${late.join(', ')}, which the release starts: a job runs before. Give it a profile, and run it by hand`
      : `Write completes: {} under services.${name} in windlass.yaml: it then runs once per release, before the switch`;
  notes.tell(
    [...at, 'restart'],
    `is no, so an instance that ends stays down, and the release with it fails. Does it end by itself? ${remedy}. Else remove restart`,
  );
}
