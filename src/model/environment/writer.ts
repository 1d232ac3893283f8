import { isPath, type Keeping, keepsIn, overlap, type Store, storesOf, type VolumeNames } from '../container/data';
import type { ContainerState, RestartPolicy } from '../container/container';
import type { Service } from '../service';
import { hasOutage, type StrategyKind } from '../strategy';

export interface Writer {
  id: string;
  name: string;
  stores: Store[];
  state: ContainerState;
  restart: RestartPolicy;
  own?: { role: 'instance' | 'accessory' | 'kept' | 'one-off'; service: string; release: string };
  composed?: { project: string; service: string };
  of?: string;
  shared?: Store[];
}

export interface DataModel extends VolumeNames {
  services: Service[];
  strategy: { kind: StrategyKind };
}

export interface Starting {
  model: DataModel;
  service: Service;
  release: string;
}

export interface Clash {
  writer: Writer;
  keeping: Keeping;
}

/**
 * The containers that must stop first, because they write where the service will: all except instances of the
 * same release and services that share the place by mutual declaration.
 */
export const clashesOf = (starting: Starting, writers: Writer[]): Clash[] =>
  writers.filter(isAlive).flatMap((writer) => {
    const keeping = storesOf(starting.model, starting.service).find(
      (one) => writer.stores.some((store) => overlap(store, one.store)) && !mayStay(starting, writer, one),
    );
    return keeping ? [{ writer, keeping }] : [];
  });

/** It is running, or the engine may restart it. */
export const isAlive = ({ state, restart }: Pick<Writer, 'state' | 'restart'>): boolean =>
  state === 'running' ||
  state === 'restarting' ||
  state === 'paused' ||
  (restart.name === 'always' && state !== 'removing');

function mayStay(starting: Starting, writer: Writer, keeping: Keeping): boolean {
  return (
    isFellow(starting, writer) || isOfModel(starting, writer, keeping.store) || isShared(starting, writer, keeping)
  );
}

function isFellow({ service, release }: Starting, { own }: Writer): boolean {
  if (own?.service !== service.name || own.role === 'kept') return false;
  if (own.role === 'accessory') return service.kind === 'accessory';
  return own.release === release && (own.role === 'one-off' || service.kind !== 'accessory');
}

function isOfModel({ model, service }: Starting, { own, composed }: Writer, store: Store): boolean {
  const name = own?.service ?? (composed?.project === model.project ? composed.service : undefined);
  const other = model.services.find((one) => one.name === name && one.name !== service.name);
  if (!other || own?.role === 'kept' || !keepsIn(model, other, store)) return false;
  return !own || (own.role === 'accessory') === (other.kind === 'accessory');
}

function isShared({ model, service }: Starting, { own, shared, stores }: Writer, keeping: Keeping): boolean {
  if (!saysShared(model, service, keeping)) return false;
  if (!shared) return own?.role !== 'accessory' && own?.role !== 'kept';
  const both = stores.filter((store) => overlap(store, keeping.store));
  return both.every((store) => shared.includes(store));
}

function saysShared({ strategy }: DataModel, { kind, shared, container }: Service, { said }: Keeping): boolean {
  if (shared) return shared.includes(said);
  const isVolume = container.mounts.some((mount) => mount.type === 'volume' && mount.volume === said);
  return isVolume && (kind === 'released' || kind === 'background') && !hasOutage(strategy.kind);
}

/** The places where a service lets others write. */
export const sharedStores = (model: DataModel, service: Service): Store[] =>
  storesOf(model, service)
    .filter((keeping) => saysShared(model, service, keeping))
    .map(({ store }) => store);

/** The container and its data, for people: `shop-db-1 already uses the volume shop_data`. */
export function describeClash({ writer, keeping: { store } }: Clash): string {
  const { name, state, restart, composed, of } = writer;
  const what = isPath(store) ? 'folder' : 'volume';
  const maker = composed ? ` (docker compose project ${composed.project})` : of ? ` (${of})` : '';
  const does =
    state === 'running'
      ? `already uses the ${what} ${store}`
      : `owns the ${what} ${store}, and the engine may restart it (${state}, restart: ${restart.name})`;
  return `${name}${maker} ${does}`;
}
