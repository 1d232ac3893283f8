import { startChild } from '../run/children';
import type { Run } from '../run/runs';

/** What listens at one place and hands everything on to another; a program of its own, for it may be elsewhere. */
const FORWARD = `const net = require('net');
const at = (place) => (place.startsWith('/') ? { path: place } : { host: place.split(':')[0], port: Number(place.split(':')[1]) });
net.createServer((from) => {
  const to = net.connect(at(process.argv[2]));
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
  from.pipe(to).pipe(from);
}).listen(at(process.argv[1]));`;

/** Hands on what comes in at a place, `/path` or `127.0.0.1:5000`, to another one. */
export async function forward(run: Run, within: string[], from: string, to: string, log: string): Promise<void> {
  const [program, ...args] = [...within, process.execPath, '-e', FORWARD, from, to];
  const child = await startChild(program!, args, log);
  run.record({ kind: 'process', pid: child.pid, started: child.started });
}
