import { proxyName } from '../../../../src/model/names';
import type { Engine } from '../../docker/engine';
import { INSIDE_PORT } from '../listens';
import type { ProxyResponse, ProxyRequest } from '../proxy';
import { writeRequest } from './request';

/** The part of an answer that is read. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * Uses `nc`, because busybox's wget follows redirects and hides headers and body of answers from 400. Its input
 * is a pipe that stays open, because some servers take a half-closed connection for a client that has gone. The
 * last line has start and end in seconds of uptime, the smallest clock busybox can read.
 */
const SCRIPT = `
pipe=/tmp/ask.$$
mkfifo "$pipe" && exec 3<>"$pipe" && rm -f "$pipe" || exit 1
printf %s "$REQUEST" >&3
read -r began rest < /proc/uptime
timeout "$SECONDS_LEFT" nc "$TO" "$PORT" <&3 3>&- | head -c ${LONGEST_ANSWER}
read -r ended rest < /proc/uptime
echo "$began $ended" >&2
`;

/** Sends a request from inside the proxy's container; undefined without an answer in time. */
export async function ask(
  engine: Engine,
  installation: string,
  question: ProxyRequest,
  timeoutMs: number,
): Promise<ProxyResponse | undefined> {
  const to = question.to === 'routes' ? { container: '127.0.0.1', port: INSIDE_PORT } : question.to;
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  const { stdout, stderr } = await engine.exec(proxyName(installation), ['sh', '-c', SCRIPT], {
    env: { REQUEST: writeRequest(question), TO: to.container, PORT: String(to.port), SECONDS_LEFT: String(seconds) },
    timeoutMs: (seconds + 5) * 1_000,
  });
  const [began = 0, ended = 0] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  return readAnswer(stdout, Math.round((ended - began) * 1_000));
}

/** Parses a raw answer; undefined when it is not HTTP. */
export function readAnswer(text: string, tookMs: number): ProxyResponse | undefined {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(first)?.[1];
  if (!status) return undefined;
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = rest.join('\r\n\r\n');
  const isChunked = headers['transfer-encoding']?.toLowerCase() === 'chunked';
  return { status: Number(status), headers, body: isChunked ? joinChunks(body) : body, tookMs };
}

/** The text of a chunked body (RFC 9112, 7.1). Sizes count bytes; an incomplete end is dropped. */
function joinChunks(body: string): string {
  let rest = Buffer.from(body);
  const chunks: Buffer[] = [];
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = parseInt(rest.subarray(0, Math.max(end, 0)).toString(), 16);
    if (end < 0 || !(size > 0)) return Buffer.concat(chunks).toString();
    chunks.push(rest.subarray(end + 2, end + 2 + size));
    rest = rest.subarray(end + 2 + size + 2);
  }
}
