import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import type { Connection } from '../../../src/model/target';
import { SshConnection } from './connection';
import type { SshSettings } from './settings';

/** The limit of parallel calls over one connection; more wait for their turn. */
const CALLS_AT_ONCE = 64;

const connections = new Map<string, SshConnection>();

/** The connection to a host; does not connect yet. */
export function sshTo(connection: Connection, settings: SshSettings): SshConnection {
  const { address, hostKey, via } = connection;
  const key = JSON.stringify([address, hostKey, via, settings]);
  const known = connections.get(key);
  if (known) return known;
  const made = new SshConnection({ address, hostKey, via }, settings, (jump) => sshTo(jump, settings));
  connections.set(key, made);
  return made;
}

/** Closes all connections; later calls reconnect. */
export function closeConnections(): void {
  for (const connection of connections.values()) connection.close();
}

/** An HTTP agent for the engine of a host: each call is a channel of the one connection, and takes 15 ms. */
export function agentFor(connection: SshConnection): Agent {
  // docker-modem formats its whole request for debugging even when nobody reads it; with open
  // connections in an agent this takes seconds and gigabytes.
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
