import { connect, type ClientHttp2Session } from 'node:http2';

/**
 * The program of a server of gRPC's kind, HTTP/2 without TLS: whatever is asked is answered by what its variable NAME holds every 50 ms,
 * for as long as the query wants, and by trailers. Told to end, it ends at once: no stream is left then.
 */
export const streamingServer = (port: number): string => `
const server = require('node:http2').createServer();
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  const end = Date.now() + Number(/ms=(\\d+)/.exec(headers[':path'])?.[1] ?? 0);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const say = () => {
    stream.write(process.env.NAME + '\\n');
    if (Date.now() >= end) stream.end();
    else setTimeout(say, 50);
  };
  say();
});
server.listen(${port});
process.on('SIGTERM', () => process.exit(0));
`;

/** What became of the streams: how many ended, what was wrong with how many, and how many each server had, by its name. */
export interface StreamReport {
  ended: number;
  failed: Record<string, number>;
  names: Record<string, number>;
}

export interface Streams {
  /** Opens no more, and waits for those that are open. */
  stop(): Promise<StreamReport>;
}

/** Keeps so many streams open, over a few connections, one after the other, until it is stopped. */
export function startStreams(
  target: { host: string; port: number; hostname: string },
  { count, ms }: { count: number; ms: number },
): Streams {
  const sessions = Array.from({ length: 4 }, () => connect(`http://${target.host}:${target.port}`));
  const failed: Record<string, number> = {};
  const names: Record<string, number> = {};
  let [ended, isStopped] = [0, false];
  const add = (into: Record<string, number>, what: string) => (into[what] = (into[what] ?? 0) + 1);
  for (const session of sessions) session.on('error', (error) => add(failed, error.message));
  const keepOpen = async (n: number) => {
    while (!isStopped) {
      // not all at once, and of different lengths
      const said = await openStream(sessions[n % sessions.length]!, target.hostname, ms + 37 * n);
      ended++;
      add(said.startsWith('!') ? failed : names, said);
    }
  };
  const all = Array.from({ length: count }, (_, n) => keepOpen(n));
  return {
    async stop() {
      isStopped = true;
      await Promise.all(all);
      for (const session of sessions) session.close();
      return { ended, failed, names };
    },
  };
}

/** The one server that all of its messages are of; what is wrong, after an exclamation mark. */
function openStream(session: ClientHttp2Session, hostname: string, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const headers = { ':method': 'POST', ':path': `/echo.Echo/Say?ms=${ms}`, ':authority': hostname };
    const stream = session.request({ ...headers, 'content-type': 'application/grpc', te: 'trailers' });
    let [text, status, trailer] = ['', 0, ''];
    stream.setEncoding('utf8');
    stream.on('response', (answer) => (status = answer[':status'] ?? 0));
    stream.on('data', (data: string) => (text += data));
    stream.on('trailers', (trailers) => (trailer = String(trailers['grpc-status'])));
    stream.on('error', (error) => resolve(`!${error.message}: status ${status}, of ${text.replaceAll('\n', ',')}`));
    stream.on('close', () => {
      const all = [...new Set(text.trim().split('\n'))];
      const isRight = status === 200 && trailer === '0' && all.length === 1;
      resolve(isRight ? all[0]! : `!status ${status}, grpc-status ${trailer}, of ${all.join(' and ')}`);
    });
    stream.end('question');
  });
}
