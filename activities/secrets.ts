import { readFileSync } from 'node:fs';
import type { RegistryAccess, SecretSource } from '../src/model/release';
import type { Login } from './drivers/docker/engine';
import { permanent } from './drivers/errors';

/** The worker's environment. */
type Env = Record<string, string | undefined>;

const REFERENCE = /\{\{secret:([^{}]+)\}\}/g;

/**
 * The value of a secret, read now. `name` is what people call it, for messages; a last newline of a file is dropped.
 * Permanent failure (kind `no-secret`) that names the reference when there is none.
 */
export function resolveSecret(source: SecretSource, name: string, env: Env = process.env): string {
  if ('env' in source) {
    const value = env[source.env];
    if (value) return value;
    throw noSecret(
      name,
      `the worker has no variable ${source.env}. Set it where the worker is started, and start it again`,
    );
  }
  try {
    return readFileSync(source.file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw noSecret(
      name,
      `the worker cannot read the file ${source.file} (${code}). Put it there, readable by the worker's user`,
    );
  }
}

/** A text with the values of its secrets in place of `{{secret:NAME}}`. Permanent failure for a name without source. */
export function resolveText(text: string, sources: Record<string, SecretSource>, env: Env = process.env): string {
  return text.replace(REFERENCE, (_, name: string) => {
    const source = sources[name];
    if (source) return resolveSecret(source, name, env);
    throw noSecret(name, `no such secret is declared. Known: ${Object.keys(sources).join(', ') || 'none'}`);
  });
}

/** As `resolveText`, of every text within plain data: a `ContainerSpec`, a list of arguments. Keys stay as they are. */
export function resolveTexts<T>(data: T, sources: Record<string, SecretSource>, env: Env = process.env): T {
  if (typeof data === 'string') return resolveText(data, sources, env) as T;
  if (Array.isArray(data)) return data.map((item) => resolveTexts<unknown>(item, sources, env)) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, resolveTexts<unknown>(value, sources, env)]),
  ) as T;
}

/** The values of all secrets that can be read now, for `redact`; one that cannot be read cannot stand in a log either. */
export function secretValues(sources: Record<string, SecretSource>, env: Env = process.env): string[] {
  return Object.entries(sources).flatMap(([name, source]) => {
    try {
      return [resolveSecret(source, name, env)];
    } catch {
      return [];
    }
  });
}

/** The login of a registry, read now; undefined where it needs none. Permanent failure when only half of it is given. */
export function loginFor(access: RegistryAccess, env: Env = process.env): Login | undefined {
  const { username, password, address } = access;
  if (!username && !password) return undefined;
  if (!username || !password) {
    const [is, lacks] = username ? ['username', 'password'] : ['password', 'username'];
    throw noSecret(`registry.${lacks}`, `registry ${address} has a ${is} and no ${lacks}. Write both, or neither`);
  }
  return {
    username: resolveSecret(username, 'registry.username', env),
    password: resolveSecret(password, 'registry.password', env),
    serveraddress: address.split('/')[0]!,
  };
}

const noSecret = (name: string, what: string) => permanent({ kind: 'no-secret', message: `secret ${name}: ${what}` });
