import Docker from 'dockerode';
import { permanent } from '../errors';

/** One client for each address, kept: connections are used again. */
const clients = new Map<string, Docker>();

/** The client for `unix:///path` or `tcp://host:port`. Permanent failure for what cannot be done yet. */
export function clientFor(host: string, address: string): Docker {
  const known = clients.get(address);
  if (known) return known;
  const client = makeClient(host, address);
  clients.set(address, client);
  return client;
}

function makeClient(host: string, address: string): Docker {
  const unix = /^unix:\/\/(\/.+)$/.exec(address);
  // An undefined `host` keeps the client from taking another one out of DOCKER_HOST.
  if (unix) return new Docker({ socketPath: unix[1], host: undefined, protocol: 'http' });
  const tcp = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?\/?$/.exec(address);
  if (tcp && !process.env['DOCKER_TLS_VERIFY'])
    return new Docker({ host: tcp[1], port: tcp[2] ?? 2375, protocol: 'http' });
  throw permanent({ kind: 'bad-address', host, message: refusal(host, address) });
}

function refusal(host: string, address: string): string {
  if (address.startsWith('ssh://'))
    return `host ${host}: ${address} is reached by SSH, which cannot be done yet. Write local or unix:///path of a socket on the worker's machine`;
  return `host ${host}: ${address} is not an address of a Docker engine. Write local or unix:///path of its socket`;
}
