import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const closing: (() => void)[] = [];
afterAll(() => closing.forEach((close) => close()));

/** A server of this test's own on a free port; `handle` answers. */
export async function serve(
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<{ address: string; close(): void }> {
  const server: Server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  closing.push(close);
  return { address: `127.0.0.1:${port}`, close };
}

/** Hands a request on to the real registry as it came. */
export function passOn(to: string, req: IncomingMessage, res: ServerResponse): void {
  const [host, port] = to.split(':');
  const onward = request({ host, port, method: req.method, path: req.url, headers: req.headers }, (answer) => {
    res.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(res);
  });
  req.pipe(onward);
}

export const USER = { username: 'ci', password: 'canary-password-71' };
const BASIC = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;

/** The real registry behind a door that wants a login, one way or the other. */
export function serveBehindLogin(to: string, way: 'basic' | 'bearer') {
  let given = 0;
  return serve((req, res) => {
    const own = `http://${req.headers.host}`;
    const sent = req.headers.authorization;
    if (req.url!.startsWith('/token')) {
      if (sent !== BASIC) return void res.writeHead(401).end();
      return void res.end(
        JSON.stringify({ token: `token-${++given}-${new URL(req.url!, own).searchParams.get('scope')}` }),
      );
    }
    const isIn = way === 'basic' ? sent === BASIC : /^Bearer token-\d+-repository:/.test(sent ?? '');
    if (isIn) return passOn(to, req, res);
    const challenge = way === 'basic' ? 'Basic realm="door"' : `Bearer realm="${own}/token",service="door"`;
    const body = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] });
    return void res.writeHead(401, { 'www-authenticate': challenge }).end(body);
  });
}
