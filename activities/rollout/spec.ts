import { createHash } from 'node:crypto';
import type { Service } from '../../src/model/service';

/**
 * What a container is made from, in twelve digits: its label `spec`. Image, container and networks count; what only says
 * when it is started or stopped does not, nor does a secret's value, for that stands as a reference. Of an accessory the
 * networks do not count: it joins and leaves those of releases as it is.
 */
export function hashSpec({
  kind,
  image,
  container,
  networks,
}: Pick<Service, 'kind' | 'image' | 'container' | 'networks'>): string {
  const made = { image, container, networks: kind === 'accessory' ? undefined : networks };
  return createHash('sha256').update(inOrder(made)).digest('hex').slice(0, 12);
}

/** JSON with the keys in order, so that a record which was written by another version says the same. */
export function inOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${inOrder(inner)}`)
    .join()}}`;
}
