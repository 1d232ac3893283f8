import { isAdminPage } from './roles';
import type { Entry, InitService } from '../types';

export function entriesOf(services: Record<string, InitService>): Entry[] {
  const dependedOn = new Set(
    Object.entries(services).flatMap(([name, { depends_on = {}, image }]) =>
      isAdminPage({ name, image }) ? [] : Object.keys(depends_on),
    ),
  );
  return Object.entries(services)
    .map(([name, service]) => ({
      ...service,
      name,
      on: Object.keys(service.depends_on ?? {}).filter((on) => on in services),
      depended: dependedOn.has(name),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const awaited = (entries: Entry[]): Set<string> =>
  new Set(
    entries.flatMap(({ depends_on = {} }) =>
      Object.keys(depends_on).filter((on) => depends_on[on]?.condition === 'service_completed_successfully'),
    ),
  );
