import type { RegistryAccess, SecretSource } from '../../src/model/release';
import type { Login } from '../drivers/docker/engine';
import { permanent } from '../drivers/errors';
import { requireLogin } from '../policy/allowed';
import { currentWatch } from '../heartbeat';
import { type Env, type SecretLookup, readSource } from './secret-sources';

export type SecretSources = Record<string, SecretSource>;

export interface KnownSecrets {
  values: string[];
  unread: string[];
}

const REFERENCE = /\{\{secret:([^{}]+)\}\}/g;

/** Reads secrets within one activity, until it is stopped: each once, on first use. */
export class SecretReader {
  private readonly read = new Map<string, Promise<SecretLookup>>();

  constructor(
    private readonly env: Env = process.env,
    private readonly fresh = false,
    private readonly signal = currentWatch().signal,
  ) {}

  find(source: SecretSource): Promise<SecretLookup> {
    const key = JSON.stringify(source);
    const found = this.read.get(key) ?? readSource(source, this.env, this.fresh, this.signal);
    this.read.set(key, found);
    return found;
  }

  /** The value; `name` is for messages. Fails permanently (kind `no-secret`), naming the reference. */
  async value(source: SecretSource, name: string): Promise<string> {
    const found = await this.find(source);
    if ('value' in found) return found.value;
    throw noSecret(name, found.lacks);
  }

  /** Replaces every `{{secret:NAME}}` in a text by its value. Fails permanently for a name without a source. */
  async inText(text: string, sources: SecretSources): Promise<string> {
    const names = [...new Set([...text.matchAll(REFERENCE)].map(([, name]) => name!))];
    const values = new Map(
      await Promise.all(names.map(async (name) => [name, await this.named(name, sources)] as const)),
    );
    return text.replace(REFERENCE, (_, name: string) => values.get(name)!);
  }

  async inTexts<T>(data: T, sources: SecretSources): Promise<T> {
    if (typeof data === 'string') return (await this.inText(data, sources)) as T;
    if (Array.isArray(data)) return (await Promise.all(data.map((item) => this.inTexts<unknown>(item, sources)))) as T;
    if (typeof data !== 'object' || data === null) return data;
    const entries = Object.entries(data).map(
      async ([key, value]) => [key, await this.inTexts<unknown>(value, sources)] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as T;
  }

  async known(sources: SecretSources): Promise<KnownSecrets> {
    const each = await Promise.all(
      Object.entries(sources).map(async ([name, source]) => ({ name, found: await this.find(source) })),
    );
    return {
      values: each.flatMap(({ found }) => ('value' in found ? [found.value] : [])),
      unread: each.flatMap(({ name, found }) => ('value' in found ? [] : [name])),
    };
  }

  private named(name: string, sources: SecretSources): Promise<string> {
    const source = sources[name];
    if (source) return this.value(source, name);
    throw noSecret(name, `is not declared. Expected one of: ${Object.keys(sources).join(', ') || 'none'}`);
  }
}

/**
 * The login of a registry, read now; undefined where it needs none. Fails permanently when half of
 * it is missing, or the policy does not allow it to be sent there.
 */
export async function loginFor(access: RegistryAccess, secrets = new SecretReader()): Promise<Login | undefined> {
  const { username, password, address } = access;
  if (!username && !password) return undefined;
  if (!username || !password) {
    const [is, lacks] = username ? ['username', 'password'] : ['password', 'username'];
    throw noSecret(`registry.${lacks}`, `registry ${address} has a ${is} but no ${lacks}. Write both or neither`);
  }
  await requireLogin(access);
  return {
    username: await secrets.value(username, 'registry.username'),
    password: await secrets.value(password, 'registry.password'),
    serveraddress: address.split('/')[0]!,
  };
}

const noSecret = (name: string, what: string) => permanent({ kind: 'no-secret', message: `secret ${name}: ${what}` });
