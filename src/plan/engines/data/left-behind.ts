import type { EnvironmentRecord, ReleaseRecord } from '../../../manifest/record/record';
import { bare, isNameless, type Keeping, overlap, partOf, storesOf } from '../../../model/container/data';
import type { Writes } from '../../../model/observed';
import type { Service } from '../../../model/service';

/** Where a container wrote; `part` is the part of the volume that it mounted ('' for all of it), undefined if unknown. */
export interface Wrote extends Writes {
  part?: string;
}

/** The writes with the parts of volumes that the record of the service names; the engine does not tell them. */
export const withParts = (before: EnvironmentRecord | undefined, service: string, writes: Writes[]): Wrote[] => {
  const was = before?.services.find(({ name }) => name === service);
  const stores = before && was ? storesOf(before, was) : [];
  return writes.map((one) => {
    const said = stores.find(({ store, target }) => store === one.store && target === one.target);
    return said ? { ...one, part: partOf(said) } : one;
  });
};

/**
 * Where a service wrote and will not find its data any more. Nameless volumes pass from an accessory to the next one by
 * themselves. `wanted` knows which volumes the image declares: one without a mount would hide what was there.
 */
export function leftBehind(
  wanted: ReleaseRecord | undefined,
  after: EnvironmentRecord,
  service: Service,
  was: Wrote[],
): Wrote[] {
  const is = storesOf(after, service);
  const covered = service.container.mounts.map(({ target }) => bare(target));
  const declared = (wanted?.artifacts[service.name]?.volumes ?? []).map(bare);
  return was.filter((one) => {
    const target = bare(one.target);
    if (isNameless(one.store) && service.kind === 'accessory') return covered.includes(target);
    if (declared.includes(target) && !covered.includes(target)) return true;
    return !is.some((next) => keeps(next, one));
  });
}

/** Is what was written found again: in the same place, or in a folder of it that is mounted where it was seen before? */
function keeps(is: Keeping, { store, target, part }: Wrote): boolean {
  if (is.store === store) return part === undefined ? !is.part : part === partOf(is);
  if (!overlap(is.store, store)) return false;
  const [outer, inner] = is.store.length < store.length ? [is, { store, target }] : [{ store, target }, is];
  return below(outer.store, inner.store) === below(outer.target, inner.target);
}

/** The path from one folder to another in it; undefined where it is not in it. */
function below(outer: string, inner: string): string | undefined {
  const [above, path] = [bare(outer).replace(/^\/$/, ''), bare(inner)];
  return path.startsWith(`${above}/`) ? path.slice(above.length) : undefined;
}
