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
/** As much of a service's name as stays readable; a longer one is cut in the names of its instances. */
const READABLE = 14;

/** The names of the environments, first to last, and of the application, cut so that instances have readable names. */
export function fittingNames(
  app: string,
  services: string[],
  installation: string,
): { app: string; environments: [string, string] } {
  const longest = Math.min(Math.max(...services.map((name) => name.length), 1), READABLE);
  const room = (environment: string) =>
    LONGEST_NAME - instanceName({ installation, app: '', environment }, A_RELEASE, 'x'.repeat(longest), 9).length;
  const usual: [string, string] = ['staging', 'production'];
  const environments: [string, string] =
    room(usual[1]) >= Math.min(SHORTEST_APP, app.length) ? usual : ['test', 'prod'];
  const left = Math.max(room(environments[1]), 1);
  return { app: app.slice(0, left).replace(/-+$/, ''), environments };
}

/** A word as YAML reads it back as this text. */
export const quoted = (word: string) =>
  /^[A-Za-z][\w.@/-]*$/.test(word) && !/^(true|false|null|yes|no|on|off)$/i.test(word) ? word : JSON.stringify(word);
