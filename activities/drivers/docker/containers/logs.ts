import { ask, type Host } from '../host';
import { openStream } from '../dial';
import { Tail, takeApart, takeIn } from './output';

/** The engine counts lines, not bytes: enough of them for the wanted bytes, without reading a year's log. */
const LINES = 5_000;

/** The last `bytes` of a container's output as text; empty when its log driver cannot be read. */
export async function readLogs(host: Host, name: string, bytes: number): Promise<string> {
  return ask(host, `read the log of ${name}`, async () => {
    const info = await host.docker.getContainer(name).inspect();
    const options = { stdout: true, stderr: true, tail: LINES };
    const dial = { path: `/containers/${name}/logs?`, method: 'GET', options, statusCodes: { 200: true } };
    const stream = await openStream(host.docker, dial).catch(unlessUnreadable);
    const tail = new Tail(bytes);
    if (stream) await (info.Config.Tty ? takeIn(stream, tail) : takeApart(host.docker, stream, tail, tail));
    return tail.text();
  });
}

function unlessUnreadable(error: Error): undefined {
  if (!/does not support reading/i.test(error.message)) throw error;
}
