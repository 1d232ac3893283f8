import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import SSHConfig from 'ssh-config';
import type { Connection } from '../../../src/model/target';
import { permanent } from '../errors';
import type { SshSettings } from './settings';

/** Where a connection goes, resolved from the address and `~/.ssh/config`. */
export interface Endpoint {
  name: string;
  host: string;
  port: number;
  user: string;
  socket: string;
  knownAs: { host: string; port: number };
  knownHosts: string[];
  identities: string[];
  identitiesOnly: boolean;
  agent?: string;
  hostKey?: string;
  via?: Connection;
}

const USUAL_SOCKET = '/var/run/docker.sock';
const USUAL_IDENTITIES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** The address takes precedence, then the configuration, then OpenSSH's defaults. */
export function findEndpoint(connection: Connection, settings: SshSettings): Endpoint {
  const written = splitAddress(connection.address);
  const said = readConfig(settings, written.host, written.user);
  const host = said.text('hostname')?.replaceAll('%h', written.host) ?? written.host;
  const port = written.port ?? Number(said.text('port') ?? 22);
  const user = written.user ?? said.text('user') ?? userInfo().username;
  const expand = (path: string) => expandPath(path, { home: settings.home, host, port, user });
  const via = connection.via ?? jumpOf(said.text('proxyjump'));
  if (!via && isSet(said.text('proxycommand')))
    throw permanent({
      kind: 'bad-address',
      message: `${connection.address}: ${settings.config} uses a ProxyCommand, which windlass does not run. Write ProxyJump there, or via: in the manifest`,
    });
  const alias = said.text('hostkeyalias');
  const filesOf = (key: string, usual: string[]) => (said.list(key).length > 0 ? said.list(key).map(expand) : usual);
  const own = (names: string[]) => names.map((name) => `${settings.home}/.ssh/${name}`);
  return {
    name: `${user}@${host}:${port}`,
    host,
    port,
    user,
    socket: written.socket ?? USUAL_SOCKET,
    knownAs: alias ? { host: alias, port: 22 } : { host, port },
    knownHosts: [
      ...(settings.knownHosts ? [settings.knownHosts] : []),
      ...filesOf('userknownhostsfile', own(['known_hosts'])),
      ...filesOf('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts']),
    ],
    identities: [...(settings.identity ? [settings.identity] : []), ...filesOf('identityfile', own(USUAL_IDENTITIES))],
    identitiesOnly: said.text('identitiesonly') === 'yes',
    agent: agentOf(said.text('identityagent'), settings.agent, expand),
    ...(connection.hostKey && { hostKey: connection.hostKey }),
    ...(via && { via }),
  };
}

function splitAddress(address: string): { user?: string; host: string; port?: number; socket?: string } {
  const [, user, host, port, socket] =
    /^ssh:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?(\/.+)?$/.exec(address) ?? [];
  if (!host)
    throw permanent({ kind: 'bad-address', message: `${address} is not an SSH address. Expected ssh://user@host` });
  return { user, host: host.replace(/^\[|\]$/g, ''), ...(port && { port: Number(port) }), socket };
}

function readConfig({ config, home }: SshSettings, host: string, user: string | undefined) {
  const text = readWithIncludes(config, home);
  const computed = SSHConfig.parse(text).compute({ Host: host, ...(user && { User: user }) }, { ignoreCase: true });
  const list = (key: string): string[] => [(computed as Record<string, string | string[]>)[key] ?? []].flat();
  return { list, text: (key: string): string | undefined => list(key)[0] };
}

/** Like OpenSSH: an Include is replaced by the files it names, relative to `~/.ssh`. */
function readWithIncludes(file: string, home: string, depth = 0): string {
  if (depth > 16 || !existsSync(file)) return '';
  const include = /^\s*Include\s+(.+)$/gim;
  return readFileSync(file, 'utf8').replace(include, (_, names: string) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => name.replace(/^"|"$/g, '').replace(/^~(?=\/)/, home))
      .map((name) => (name.startsWith('/') ? name : `${home}/.ssh/${name}`))
      .flatMap(filesMatching)
      .map((name) => readWithIncludes(name, home, depth + 1))
      .join('\n'),
  );
}

function filesMatching(name: string): string[] {
  if (!/[*?]/.test(name)) return [name];
  const pattern = basename(name)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const folder = dirname(name);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.filter((one) => new RegExp(`^${pattern}$`).test(one)).map((one) => join(folder, one));
}

const isSet = (word: string | undefined) => word !== undefined && word !== 'none';

function jumpOf(written: string | undefined): Connection | undefined {
  if (!isSet(written)) return undefined;
  return written!
    .split(',')
    .map((jump) => jump.trim().replace(/^ssh:\/\//, ''))
    .reduce<Connection | undefined>((via, jump) => ({ address: `ssh://${jump}`, ...(via && { via }) }), undefined);
}

function agentOf(said: string | undefined, usual: string | undefined, expand: (path: string) => string) {
  if (said === undefined || said === 'SSH_AUTH_SOCK') return usual;
  if (said === 'none') return undefined;
  return said.startsWith('$') ? process.env[said.slice(1)] : expand(said);
}

interface Tokens {
  home: string;
  host: string;
  port: number;
  user: string;
}

const expandPath = (path: string, { home, host, port, user }: Tokens) =>
  path
    .replace(/^~(?=\/)/, home)
    .replace(
      /%([dhpru%])/g,
      (_, token: string) => ({ d: home, h: host, p: String(port), r: user, u: userInfo().username, '%': '%' })[token]!,
    );
