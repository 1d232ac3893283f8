import type { BuildSpec } from '../model/build';
import type { Finding } from '../model/path';
import type { ReadCompose } from './read';

export interface Combined {
  builds: BuildSpec[];
  images: Record<string, string>;
  /** Paths begin at the top of the compose file. */
  findings: Finding[];
}

type Origin = { build: BuildSpec } | { image: string };
type Place = { environment: string; origin: Origin };

const WHY = 'but the image that was verified is the one that is promoted, so there is one for all environments';

/** What all environments have in common: how each service comes by its image. Differences are refused. */
export function combineEnvironments(read: Record<string, ReadCompose>): Combined {
  const places = new Map<string, Place[]>();
  const add = (service: string, place: Place) => places.set(service, [...(places.get(service) ?? []), place]);
  for (const [environment, { builds, images }] of Object.entries(read)) {
    for (const build of builds) add(build.service, { environment, origin: { build } });
    for (const [service, image] of Object.entries(images)) add(service, { environment, origin: { image } });
  }
  const combined: Combined = { builds: [], images: {}, findings: [] };
  for (const [service, [first, ...others]] of [...places].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { origin } = first!;
    if ('build' in origin) combined.builds.push(origin.build);
    else combined.images[service] = origin.image;
    const other = others.map((place) => ({ place, what: difference(origin, place.origin) })).find(({ what }) => what);
    if (other) combined.findings.push(refuse(service, first!, other.place, other.what!));
  }
  return combined;
}

function refuse(service: string, first: Place, other: Place, what: string): Finding {
  const key = 'build' in first.origin ? 'build' : 'image';
  return {
    path: ['services', service, key],
    message:
      `differs between ${first.environment} and ${other.environment} (${what}), ${WHY}. ` +
      'Make it the same in both, and tell the environments apart by variables under environment',
  };
}

/** What differs, in a few words; undefined when nothing does. */
function difference(a: Origin, b: Origin): string | undefined {
  if ('image' in a && 'image' in b) return a.image === b.image ? undefined : `${a.image}, ${b.image}`;
  if (!('build' in a) || !('build' in b)) return 'built in one of them only';
  const keys = [...new Set([...Object.keys(a.build), ...Object.keys(b.build)])] as (keyof BuildSpec)[];
  const differing = keys.filter((key) => inOrder(a.build[key]) !== inOrder(b.build[key]));
  return differing.length > 0 ? differing.join(', ') : undefined;
}

/** The same for the same entries, whatever their order. */
const inOrder = (value: unknown): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : JSON.stringify(value);
