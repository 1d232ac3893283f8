import { isIPv4 } from 'node:net';

export interface RegistryAddress {
  host: string;
  /** `https://host:port`, or http for addresses that never leave the machine. */
  url: string;
}

/** The host part of `registry.example.com/team/app`: everything before the first slash. */
export const hostOf = (address: string): string => address.split('/')[0]!;

/**
 * The address of a registry. Loopback needs no TLS, as with engines, nor do the `insecure` hosts
 * (`host:port,host:port`) of the worker's WINDLASS_INSECURE_REGISTRIES.
 */
export function readAddress(address: string, insecure = insecureHosts(process.env)): RegistryAddress {
  const host = hostOf(address);
  const isPlain = isLoopback(host) || insecure.includes(host);
  return { host, url: `${isPlain ? 'http' : 'https'}://${host}` };
}

export const insecureHosts = (env: Record<string, string | undefined>): string[] =>
  (env['WINDLASS_INSECURE_REGISTRIES'] ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter(Boolean);

function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

/**
 * The repository below its registry: `team/app` of `registry.example.com/team/app`. Undefined
 * without a registry, which has a dot, a port or the name localhost (distribution/reference).
 */
export function splitRepository(reference: string): { host: string; repository: string } | undefined {
  const [host = '', ...rest] = reference.split('/');
  const namesRegistry = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return namesRegistry ? { host, repository: rest.join('/') } : undefined;
}
