/** `st` in /proc/net/tcp; Linux's include/net/tcp_states.h. */
const ESTABLISHED = '01';
const HALF_CLOSED = ['04', '05'];
const LISTEN = '0A';
/** The engine's DNS server in every container. */
const ENGINES_OWN = '127.0.0.11';

/** Prints the sockets of a container's network. */
export const SOCKETS = ['cat', '/proc/net/tcp', '/proc/net/tcp6'];

interface Socket {
  local: string;
  remote: string;
  state: string;
  isHeld: boolean;
}

function readSockets(table: string): Socket[] {
  return table.split('\n').flatMap((line) => {
    const [, local, remote, state, , , , , , inode = '0'] = line.trim().split(/\s+/);
    return local?.includes(':') && remote?.includes(':') && state
      ? [{ local, remote, state, isHeld: inode !== '0' }]
      : [];
  });
}

/** The IPv4 peers of established or half-closed connections, from the text of /proc/net/tcp and tcp6. */
export const connectedTo = (table: string): string[] =>
  readSockets(table)
    .filter(({ state, isHeld }) => state === ESTABLISHED || (isHeld && HALF_CLOSED.includes(state)))
    .map(({ remote }) => readAddress(remote));

/** Listening sockets; `loopback` if they are not reachable from outside the container. */
export function listeningOn(table: string): { port: number; loopback: boolean }[] {
  return readSockets(table)
    .filter(({ state, local }) => state === LISTEN && readAddress(local) !== ENGINES_OWN)
    .map(({ local }) => ({
      port: parseInt(local.split(':')[1]!, 16),
      loopback: readAddress(local).startsWith('127.') || /^0{24}01000000:/.test(local),
    }));
}

function readAddress(socket: string): string {
  const bytes = socket.split(':')[0]!.slice(-8).match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => parseInt(byte, 16))
    .join('.');
}
