import { proxyName } from '../../../../src/model/names';
import type { Engine } from '../../docker/engine';

/** The type of the SETTINGS frame, in hexadecimal; every HTTP/2 server sends it first (RFC 9113, 3.4). */
const SETTINGS = '04';

/**
 * Sends the client's preface with empty settings, with `nc` as in ask.ts. Prints the first frame's head in
 * hexadecimal.
 */
const SCRIPT = `
pipe=/tmp/ask.$$
mkfifo "$pipe" && exec 3<>"$pipe" && rm -f "$pipe" || exit 1
printf 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n\\000\\000\\000\\004\\000\\000\\000\\000\\000' >&3
timeout "$SECONDS_LEFT" nc "$TO" "$PORT" <&3 3>&- | head -c 9 | od -An -tx1
`;

/** Does a server speak HTTP/2 with prior knowledge? Undefined without an answer in time. */
export async function speaksHttp2(
  engine: Engine,
  installation: string,
  { container, port }: { container: string; port: number },
  timeoutMs: number,
): Promise<boolean | undefined> {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  const { stdout } = await engine.exec(proxyName(installation), ['sh', '-c', SCRIPT], {
    env: { TO: container, PORT: String(port), SECONDS_LEFT: String(seconds) },
    timeoutMs: (seconds + 5) * 1_000,
  });
  const bytes = stdout.trim().split(/\s+/).filter(Boolean);
  return bytes.length === 0 ? undefined : bytes[3] === SETTINGS;
}

/** Sends nothing, because the protocol is unknown; the connection is cut after a second. */
const CONNECT = `
said=$(timeout 1 nc "$TO" "$PORT" 2>&1 < /dev/null)
status=$?
case "$said" in *efused* | *"bad address"* | *nreachable*) exit 1 ;; esac
[ "$status" -eq 0 ] || [ "$status" -ge 124 ]
`;

/** Does anything listen there for TCP? */
export async function takesTcp(
  engine: Engine,
  installation: string,
  { container, port }: { container: string; port: number },
  timeoutMs: number,
): Promise<boolean> {
  const env = { TO: container, PORT: String(port) };
  return (await engine.exec(proxyName(installation), ['sh', '-c', CONNECT], { env, timeoutMs })).exitCode === 0;
}
