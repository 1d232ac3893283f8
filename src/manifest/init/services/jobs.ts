import type { Entry } from '../types';

const NAMES =
  /(^|[-_])(migrate|migrations?|migrator|init|setup|seed|seeder|create-?buckets?)$|^(init|setup|migrate|seed|create)[-_]/;
/** Clients that do one thing and end. */
const IMAGES = /(^|\/)(minio\/mc|certbot\/certbot|flyway\/flyway|migrate\/migrate|liquibase\/liquibase)(:|@|$)/;

/**
 * Services that seem to end by themselves although nobody waits for their end: nothing starts them again, or their name, image or
 * command says so. One that listens, has a health check or is always started again is none.
 */
export const jobsAmong = (entries: Entry[], awaited: Set<string>): Entry[] =>
  entries.filter((entry) => !awaited.has(entry.name) && endsItself(entry));

function endsItself({ name, image = '', command, restart, ports = [], expose = [], healthcheck }: Entry): boolean {
  if (ports.length > 0 || expose.length > 0 || healthcheck) return false;
  if (restart === 'no') return true;
  if (restart !== undefined && !restart.startsWith('on-failure')) return false;
  return NAMES.test(name.toLowerCase()) || IMAGES.test(image) || /^(\/bin\/)?true$/.test(command?.join(' ') ?? '');
}

/** Those of the jobs that can run before the switch: they wait for nothing but accessories and each other. */
export function runnableJobs(jobs: Entry[], accessories: Set<string>, awaited: Set<string>): Entry[] {
  const isEarly = (kept: Entry[], name: string) =>
    accessories.has(name) || awaited.has(name) || kept.some((one) => one.name === name);
  const kept = jobs.filter(({ on }) => on.every((name) => isEarly(jobs, name)));
  return kept.length === jobs.length ? kept : runnableJobs(kept, accessories, awaited);
}
