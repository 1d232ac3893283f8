import { connect } from 'node:net';
import { realpath, statfs } from 'node:fs/promises';
import type { Connection } from '../../../src/model/target';
import { sshTo } from './connections';
import type { SshSettings } from './settings';

const ANSWERS_WITHIN_MS = 5_000;
const isRemote = ({ address }: Connection) => address.startsWith('ssh://');

/** Does anything listen on this port of the host's loopback? A socket's engine is on the worker's own machine. */
export async function isPortOpen(host: Connection, port: number, settings: SshSettings): Promise<boolean> {
  try {
    const stream = isRemote(host) ? await sshTo(host, settings).openPort('127.0.0.1', port) : await connectTo(port);
    stream.destroy();
    return true;
  } catch {
    return false;
  }
}

/** The free bytes at a path of the host; undefined where the host cannot tell. */
export async function freeSpace(host: Connection, path: string, settings: SshSettings): Promise<number | undefined> {
  try {
    if (!isRemote(host)) {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    }
    const said = await sshTo(host, settings).run(`df -Pk ${quoted(path)}`);
    const kilobytes = Number(said.trim().split('\n').at(-1)?.split(/\s+/)[3]);
    return Number.isFinite(kilobytes) ? kilobytes * 1024 : undefined;
  } catch {
    return undefined;
  }
}

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/** Where paths of the host lead, links followed. What the host cannot tell, or does not have, is left out. */
export async function realPaths(
  host: Connection,
  paths: string[],
  settings: SshSettings | undefined,
): Promise<Record<string, string>> {
  const found = isRemote(host) ? await askForPaths(host, paths, settings) : await Promise.all(paths.map(followHere));
  return Object.fromEntries(paths.flatMap((path, at) => (found[at] ? [[path, found[at]]] : [])));
}

const followHere = (path: string): Promise<string> => realpath(path).catch(() => '');

async function askForPaths(host: Connection, paths: string[], settings?: SshSettings): Promise<string[]> {
  if (!settings) return [];
  const command = `for path in ${paths.map(quoted).join(' ')}; do readlink -f -- "$path" || echo; done`;
  const lines = await sshTo(host, settings)
    .run(command)
    .catch(() => '');
  const found = lines.split('\n');
  // A path of two lines would shift all that follow.
  return found.length === paths.length + 1 ? found : [];
}

function connectTo(port: number) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: ANSWERS_WITHIN_MS }, () => resolve(socket));
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
  });
}
