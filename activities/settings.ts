import { isIP } from 'node:net';
import { isProxyKind, KINDS } from './drivers/proxy/kinds';
import type { ProxyKind } from './drivers/proxy/proxy';
import { readSshSettings, type SshSettings } from './drivers/ssh/settings';

export interface Settings {
  installation: string;
  registry?: string;
  dockerHost: string;
  proxyKind: ProxyKind;
  proxyImage: string;
  proxyHttp: string;
  proxyHttps?: string;
  proxyTcp?: string[];
  proxyTrusts?: string[];
  acme?: AcmeSettings;
  cache: string;
  data: string;
  ledgerKeys: string[];
  composeCommand: string[];
  buildxCommand: string[];
  buildsAtOnce: number;
  ssh: SshSettings;
}

export interface AcmeSettings {
  email: string;
  /** The URL of an ACME server's directory; default: Let's Encrypt. */
  server?: string;
  authority?: string;
}

/** Reads the settings; every variable has a default that suits one machine. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const home = env['HOME'] ?? '/root';
  const proxyKind = readProxyKind(env);
  return {
    installation: env['WINDLASS_INSTALLATION'] ?? 'windlass',
    registry: env['WINDLASS_REGISTRY'],
    dockerHost: env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
    proxyKind,
    proxyImage: env['WINDLASS_PROXY_IMAGE'] ?? KINDS[proxyKind].image,
    proxyHttp: env['WINDLASS_PROXY_HTTP'] ?? '80',
    proxyHttps: env['WINDLASS_PROXY_HTTPS'],
    proxyTcp: readTcp(env['WINDLASS_PROXY_TCP']),
    proxyTrusts: readTrusted(env['WINDLASS_PROXY_TRUSTS']),
    acme: readAcme(env),
    cache: env['WINDLASS_CACHE'] ?? `${env['XDG_CACHE_HOME'] ?? `${home}/.cache`}/windlass/worker`,
    data: env['WINDLASS_DATA'] ?? `${env['XDG_DATA_HOME'] ?? `${home}/.local/share`}/windlass`,
    ledgerKeys: readLedgerKeys(env['WINDLASS_LEDGER_KEYS']),
    composeCommand: splitWords(env['WINDLASS_COMPOSE'] ?? 'docker compose'),
    buildxCommand: splitWords(env['WINDLASS_BUILDX'] ?? 'docker buildx'),
    buildsAtOnce: Number(env['WINDLASS_BUILDS'] ?? 2),
    ssh: readSshSettings(env),
  };
}

/** Refuses invalid keys, because entries of that worker would be reported as forged. */
function readLedgerKeys(list: string | undefined): string[] {
  const all = list?.split(/\s*[,\n]\s*/).filter(Boolean) ?? [];
  const wrong = all.find((one) => !/^ssh-ed25519 [A-Za-z0-9+/]{68}$/.test(one));
  if (wrong !== undefined)
    throw new Error(
      `WINDLASS_LEDGER_KEYS: ${wrong} is not a worker's key. Expected what the other worker prints when it starts, separated by commas: ssh-ed25519 AAAA…`,
    );
  return all;
}

/** Refuses a proxy that windlass does not know, and settings that it cannot carry out. */
function readProxyKind(env: NodeJS.ProcessEnv): ProxyKind {
  const kind = env['WINDLASS_PROXY'] ?? 'traefik';
  const known = Object.keys(KINDS).join(' or ');
  if (!isProxyKind(kind)) throw new Error(`WINDLASS_PROXY: ${kind} is no proxy that windlass knows. Write ${known}`);
  const asked = ['WINDLASS_PROXY_HTTPS', 'WINDLASS_ACME_EMAIL'].find((name) => env[name] !== undefined);
  if (asked !== undefined && !KINDS[kind].can.includes('https'))
    throw new Error(
      `${asked}: ${kind} gets no certificates by itself. Leave it out and put a balancer with certificates in front, or choose WINDLASS_PROXY=traefik`,
    );
  return kind;
}

/** Refuses invalid and duplicate ports, because a proxy that cannot listen would not start. */
function readTcp(list: string | undefined): string[] | undefined {
  const all = list?.split(/[\s,]+/).filter(Boolean) ?? [];
  const portOf = (at: string) => /^(?:(?:\[[0-9a-f:.]+\]|[\d.]+):)?([1-9]\d{0,4})$/i.exec(at)?.[1];
  const wrong = all.find((at, index) => {
    const port = portOf(at);
    return port === undefined || Number(port) > 65_535 || all.slice(0, index).some((one) => portOf(one) === port);
  });
  if (wrong !== undefined)
    throw new Error(
      `WINDLASS_PROXY_TCP: ${wrong} is not a port, or is listed twice. Write ports separated by commas: 5432,127.0.0.1:6379`,
    );
  return all.length > 0 ? all : undefined;
}

/** Refuses invalid addresses, because a proxy that cannot read them would not start. */
function readTrusted(list: string | undefined): string[] | undefined {
  const all = list?.split(/[\s,]+/).filter(Boolean) ?? [];
  const wrong = all.find((one) => !isNetwork(one));
  if (wrong !== undefined)
    throw new Error(
      `WINDLASS_PROXY_TRUSTS: ${wrong} is not an address. Write addresses or networks separated by commas: 192.0.2.7,10.0.0.0/8`,
    );
  return all.length > 0 ? all : undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

function readAcme(env: NodeJS.ProcessEnv): AcmeSettings | undefined {
  const email = env['WINDLASS_ACME_EMAIL'];
  return email === undefined
    ? undefined
    : { email, server: env['WINDLASS_ACME_SERVER'], authority: env['WINDLASS_ACME_AUTHORITY'] };
}

const splitWords = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(([word, double, single]) => double ?? single ?? word);
