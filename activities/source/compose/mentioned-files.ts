import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import type { Document } from 'yaml';

export interface Mentioned {
  compose: string[];
  env: string[];
}

const LARGEST = 1024 * 1024;

/** The files a compose file refers to, from the project's folder; missing and outside ones are left out. */
export function mentionedBy(dir: string, file: string, document: Document): Mentioned {
  const data = asMap(toData(document));
  const base = dirname(file);
  const services = Object.values(asMap(data['services'])).map(asMap);
  const includes = asList(data['include']).map((one) => (typeof one === 'string' ? { path: one } : asMap(one)));
  const extended = services.flatMap((service) => asList(asMap(service['extends'])['file']));
  const readable = (paths: unknown[]) =>
    paths
      .map((one) => (typeof one === 'string' ? one : asMap(one)['path']))
      .filter((path) => typeof path === 'string')
      .map((path) => (isAbsolute(path) ? relative(dir, path) : normalize(join(base, path))))
      .filter((path) => isReadable(dir, path));
  return {
    compose: readable([...includes.flatMap((one) => asList(one['path'])), ...extended]),
    env: readable([
      ...services.flatMap((service) => asList(service['env_file'])),
      ...includes.flatMap((one) => asList(one['env_file'])),
    ]),
  };
}

/** Is it a file of the folder, by its real path, and small? */
export function isReadable(dir: string, path: string): boolean {
  const whole = join(dir, path);
  if (path.startsWith('..') || !existsSync(whole)) return false;
  const inside = !relative(realpathSync(dir), realpathSync(whole)).startsWith('..');
  return inside && statSync(whole).isFile() && statSync(whole).size <= LARGEST;
}

function toData(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

const asMap = (value: unknown) =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as Record<string, unknown>;
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
