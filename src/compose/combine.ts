import type { BuildSpec } from '../model/container/build';
import type { Finding } from '../model/text/path';
import type { ReadCompose } from './read';

export interface Combined {
  builds: BuildSpec[];
  images: Record<string, string>;
  shared: Record<string, string>;
  findings: Finding[];
}

type Origin = { build: BuildSpec } | { image: string } | { of: string };
type Declaration = { environment: string; origin: Origin };

const WHY = 'but the verified image is promoted, so all environments share it';

/** How each service gets its image in all environments. Refuses differences. */
export function combineEnvironments(read: Record<string, ReadCompose>): Combined {
  const places = new Map<string, Declaration[]>();
  const add = (service: string, place: Declaration) => places.set(service, [...(places.get(service) ?? []), place]);
  for (const [environment, { builds, images, shared }] of Object.entries(read)) {
    for (const build of builds) add(build.service, { environment, origin: { build } });
    for (const [service, image] of Object.entries(images)) add(service, { environment, origin: { image } });
    for (const [service, of] of Object.entries(shared)) add(service, { environment, origin: { of } });
  }
  const combined: Combined = { builds: [], images: {}, shared: {}, findings: [] };
  for (const [service, [first, ...others]] of [...places].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { origin } = first!;
    if ('build' in origin) combined.builds.push(origin.build);
    else if ('of' in origin) combined.shared[service] = origin.of;
    else combined.images[service] = origin.image;
    const other = others.map((place) => ({ place, what: difference(origin, place.origin) })).find(({ what }) => what);
    if (other) combined.findings.push(refuse(service, first!, other.place, other.what!));
  }
  return combined;
}

function refuse(service: string, first: Declaration, other: Declaration, what: string): Finding {
  const key = 'build' in first.origin ? 'build' : 'image';
  return {
    path: ['services', service, key],
    message:
      `differs between ${first.environment} and ${other.environment} (${what}), ${WHY}. ` +
      "Make it the same in both, and use variables for the environments' differences",
  };
}

function difference(a: Origin, b: Origin): string | undefined {
  if ('image' in a && 'image' in b) return a.image === b.image ? undefined : `${a.image}, ${b.image}`;
  if ('of' in a && 'of' in b) return a.of === b.of ? undefined : `that of ${a.of}, that of ${b.of}`;
  if (!('build' in a) || !('build' in b)) return 'built in only one of them';
  const keys = [...new Set([...Object.keys(a.build), ...Object.keys(b.build)])] as (keyof BuildSpec)[];
  const differing = keys.filter((key) => inOrder(a.build[key]) !== inOrder(b.build[key]));
  return differing.length > 0 ? differing.join(', ') : undefined;
}

const inOrder = (value: unknown): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value);
