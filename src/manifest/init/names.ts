import { instanceName, LONGEST_NAME } from '../../model/names';

/** A folder's name as an application's name: `My Shop` → `my-shop`. */
export function appNameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name || 'app';
}

/** Compose's name for a folder's project: without invalid characters. */
export const composeProjectFrom = (folder: string): string =>
  folder
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '');

/** The length of a repeated release's id. */
const A_RELEASE = '0123456789-12';
const SHORTEST_APP = 4;

/** The names of the environments, first to last, and of the application, cut so that all instance names resolve. */
export function fittingNames(
  app: string,
  services: string[],
  installation: string,
): { app: string; environments: [string, string] } {
  const longest = Math.max(...services.map((name) => name.length), 1);
  const room = (environment: string) =>
    LONGEST_NAME - instanceName({ installation, app: '', environment }, A_RELEASE, 'x'.repeat(longest), 9).length;
  const usual: [string, string] = ['staging', 'production'];
  const environments: [string, string] =
    room(usual[1]) >= Math.min(SHORTEST_APP, app.length) ? usual : ['test', 'prod'];
  const left = Math.max(room(environments[1]), 1);
  return { app: app.slice(0, left).replace(/-+$/, ''), environments };
}
