import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import type { Connection } from '../../../src/model/host';
import { SshConnection } from './connection';
import type { SshSettings } from './settings';

/** Calls at a time over one connection; further ones wait for their turn. */
const CALLS_AT_ONCE = 64;

/** One for each way to a host, kept. */
const connections = new Map<string, SshConnection>();

/** The connection to a host; nothing is asked of the host yet. */
export function sshTo(connection: Connection, settings: SshSettings): SshConnection {
  const { address, hostKey, via } = connection;
  const key = JSON.stringify([address, hostKey, via, settings]);
  const known = connections.get(key);
  if (known) return known;
  const made = new SshConnection({ address, hostKey, via }, settings, (jump) => sshTo(jump, settings));
  connections.set(key, made);
  return made;
}

/** Lets all hosts go; who asks one again is connected again. */
export function closeConnections(): void {
  for (const connection of connections.values()) connection.close();
}

/** Sends HTTP to the engine of a host: each call is a channel of the one connection, and takes 15 ms. */
export function agentFor(connection: SshConnection): Agent {
  // docker-modem writes out whatever a request has, with every sign of it, even when nobody reads that; of an agent with open
  // connections that is seconds of work and gigabytes.
  const agent = Object.assign(new Agent({ maxSockets: CALLS_AT_ONCE }), {
    [inspect.custom]: () => connection.endpoint.name,
  });
  agent.createConnection = (_, done) => {
    connection.openSocket().then(
      (channel) => done!(null, channel),
      (error: Error) => done!(error, undefined as unknown as Duplex),
    );
    return undefined;
  };
  return agent;
}
