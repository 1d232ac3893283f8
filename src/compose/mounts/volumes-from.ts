import type { Finding } from '../../model/text/path';
import { uncovered } from './data';
import type { ComposeModel, ComposeService, ComposeVolume } from '../model';

/**
 * The model in which a service that takes the volumes of another one (`volumes_from`) mounts them itself. What it would take of a
 * container that is no service stays, and is refused.
 */
export function withVolumesFrom(model: ComposeModel): ComposeModel {
  const services = model.services ?? {};
  if (!Object.values(services).some((service) => service['volumes_from'])) return model;
  const settled = Object.entries(services).map(([name, service]) => [name, settle(service, services)]);
  return { ...model, services: Object.fromEntries(settled) };
}

function settle(service: ComposeService, services: Record<string, ComposeService>): ComposeService {
  const { volumes_from: from, ...rest } = service;
  if (!Array.isArray(from)) return service;
  const left = (from as string[]).filter((one) => one.startsWith('container:'));
  const taken = (from as string[]).filter((one) => !left.includes(one)).flatMap((one) => mountsOf(one, services));
  const own = service.volumes ?? [];
  const others = taken.filter((mount, index) => isFirst(mount, [...own, ...taken.slice(0, index)]));
  return { ...rest, volumes: [...own, ...others], ...(left.length > 0 && { volumes_from: left }) };
}

const isFirst = ({ target }: ComposeVolume, before: ComposeVolume[]) => before.every((one) => one.target !== target);

function mountsOf(reference: string, services: Record<string, ComposeService>): ComposeVolume[] {
  const [name = '', mode] = reference.split(':');
  const { volumes = [], volumes_from: more } = services[name] ?? {};
  const all = [
    ...volumes,
    ...(Array.isArray(more)
      ? (more as string[]).flatMap((one) => (one === reference ? [] : mountsOf(one, services)))
      : []),
  ];
  return mode === 'ro' ? all.map((mount) => ({ ...mount, read_only: true })) : all;
}

/** The services whose volumes a service takes. */
export const takenFrom = ({ volumes_from: from }: ComposeService): string[] =>
  Array.isArray(from)
    ? (from as string[]).filter((one) => !one.startsWith('container:')).map((one) => one.split(':')[0]!)
    : [];

/** A volume that only the other's image declares has no name to mount it by: the service would find an empty folder. */
export function refuseUndeclared({ services = {} }: ComposeModel, declared: Record<string, string[]>): Finding[] {
  return Object.entries(services).flatMap(([name, service]) =>
    takenFrom(service).flatMap((from, index): Finding[] => {
      const [left] = uncovered(services[from] ?? {}, declared[from]);
      if (left === undefined) return [];
      const message =
        `takes the volumes of ${from}, but only the image of ${from} declares ${left}, so ${name} would not have its data. ` +
        `Write NAME:${left} under volumes of ${from}`;
      return [{ path: ['services', name, 'volumes_from', index], message }];
    }),
  );
}
