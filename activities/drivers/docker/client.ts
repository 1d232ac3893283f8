import Docker from 'dockerode';
import type { Connection } from '../../../src/model/target';
import { permanent } from '../errors';
import { agentFor, sshTo } from '../ssh/connections';
import { readSshSettings, type SshSettings } from '../ssh/settings';

/** One cached client per connection, so that sockets are reused. */
const clients = new Map<string, Docker>();

/** The client for `unix:///path`, `ssh://user@host` or `tcp://host:port`; other addresses fail permanently. */
export function clientFor(
  host: string,
  { address, hostKey, via }: Connection,
  ssh: SshSettings = readSshSettings(process.env),
): Docker {
  const key = JSON.stringify([address, hostKey, via, ssh]);
  const known = clients.get(key);
  if (known) return known;
  const client = makeClient(host, { address, hostKey, via }, ssh);
  clients.set(key, client);
  return client;
}

function makeClient(name: string, connection: Connection, ssh: SshSettings): Docker {
  const { address } = connection;
  const unix = /^unix:\/\/(\/.+)$/.exec(address);
  // An undefined `host` keeps the client from reading DOCKER_HOST.
  if (unix) return new Docker({ socketPath: unix[1], host: undefined, protocol: 'http' });
  if (address.startsWith('ssh://'))
    // The agent connects; the name only fills the request's header.
    return new Docker({
      host: 'engine',
      port: 2375,
      protocol: 'http',
      agent: agentFor(sshTo(connection, ssh)),
    } as object);
  const tcp = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?\/?$/.exec(address);
  if (tcp && !process.env['DOCKER_TLS_VERIFY'])
    return new Docker({ host: tcp[1], port: tcp[2] ?? 2375, protocol: 'http' });
  const message = `host ${name}: ${address} is not the address of a Docker engine. Write local, unix:///path of its socket or ssh://user@host`;
  throw permanent({ kind: 'bad-address', host: name, message });
}
