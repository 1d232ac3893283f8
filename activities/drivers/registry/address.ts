import { isIPv4 } from 'node:net';

/** A registry as images and release records name it. */
export interface RegistryAddress {
  /** Host and port. */
  host: string;
  /** `https://host:port`, or http for what never leaves the machine. */
  url: string;
}

/** The host part of `registry.example.com/team/app`: all before the first slash. */
export const hostOf = (address: string): string => address.split('/')[0]!;

/**
 * Where a registry is asked. Loopback needs no TLS, as with engines; `insecure` are the hosts that are asked without it
 * besides, by the worker's WINDLASS_INSECURE_REGISTRIES (`host:port,host:port`).
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
 * The repository below its registry: `team/app` of `registry.example.com/team/app`. Undefined where the reference names
 * no registry: only a first part with a dot or a port is one, or localhost (distribution/reference).
 */
export function splitRepository(reference: string): { host: string; repository: string } | undefined {
  const [host = '', ...rest] = reference.split('/');
  const namesRegistry = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return namesRegistry ? { host, repository: rest.join('/') } : undefined;
}
