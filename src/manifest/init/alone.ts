import { folderOf, isPath } from '../../model/container/data';
import type { Entry, InitInput } from './types';

/** Why two environments cannot share a host; empty where they can. */
export function aloneFor({ commonVolumes = [] }: InitInput, entries: Entry[], fixed: Entry[]): string[] {
  const ports = fixed.map(({ name, network_mode }) =>
    network_mode === 'host' ? `${name} uses the host's network` : `${name} uses host ports`,
  );
  const written = entries.flatMap(({ volumes = [] }) => volumes.filter(({ read_only }) => !read_only));
  const volumes = written.filter(({ type, source = '' }) => type === 'volume' && commonVolumes.includes(source));
  const paths = written.filter(
    ({ type, source = '', target }) => type === 'bind' && isPath(source) && folderOf(source, target) !== undefined,
  );
  const stays = entries.filter(
    ({ network_mode, name }) => network_mode === 'host' && !fixed.some((one) => one.name === name),
  );
  return [
    ...ports,
    ...stays.map(({ name }) => `${name} uses the host's network`),
    ...new Set([...volumes, ...paths].map(({ source }) => `${source} exists only once`)),
  ];
}
