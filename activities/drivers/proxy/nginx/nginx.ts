import { type Listen, tcpListen } from '../../../../src/model/host/proxy';
import { tcpPortOf } from '../../../../src/model/host/route-address';
import type { Dialect, StartOptions } from '../dialect';
import { asFirstProcess } from '../lifecycle/first-process';
import { KINDS } from '../kinds';
import { API_PORT } from '../listens';
import type { ProxySettings } from '../proxy';
import { writeSet } from '../routes/route-file';
import type { ServedRoute, ServedServer } from '../routes/served-route';
import { configurationOf } from './configuration';
import { EXTENSION, PROGRAM } from './program';

const API = `http://127.0.0.1:${API_PORT}`;

const PREPARE = `
mkdir -p /routes/live && printf %s "$CONFIGURATION" > /tmp/nginx.conf && printf %s "$PROGRAM" > /tmp/routes.js || exit 1
for module in http stream; do
  file=/usr/lib/nginx/modules/ngx_\${module}_js_module.so
  if [ -e "$file" ]; then echo "load_module $file;"; fi
done > /tmp/modules.conf
`.trim();

const start = (settings: ProxySettings): StartOptions => ({
  script: asFirstProcess(PREPARE, 'nginx -p /tmp/ -e stderr -c /tmp/nginx.conf', 'kill -QUIT "$proxy"'),
  args: [],
  env: [`CONFIGURATION=${configurationOf(settings)}`, `PROGRAM=${PROGRAM}`],
});

/** nginx with njs: a program of ours chooses the server of each request, by the sets in the files of routes. */
export const nginx: Dialect = {
  ...KINDS.nginx,
  start,
  extension: EXTENSION,
  // It reads the set itself.
  render: (_, set) => ({ expected: writeSet(set) }),
  priorityOf: ({ path }) => path.length,
  shell: {
    is_alive: `timeout 5 wget -q -O /dev/null ${API}/alive`,
    take_in: `timeout 5 wget -q -O /dev/null ${API}/load`,
    is_served: `found=$(timeout 5 wget -q -O - "${API}/set?name=$NAME") && [ "$found" = "$EXPECTED" ]`,
    served: `timeout 5 wget -q -O - ${API}/served`,
    addresses_of: `grep -o '"host":"[^"]*","path":"[^"]*"' "$1" | cut -d '"' -f 4,8 | tr '"' ' '`,
  },
  readServed: (text) => (JSON.parse(text) as Listed[]).map(readRoute),
};

interface Listed {
  name: string;
  host: string;
  path: string;
  percent: number;
  own: ListedSide;
  beside?: ListedSide;
}

interface ListedSide {
  protocol: string;
  servers: string[];
}

function readRoute({ name, host, path, percent, own, beside }: Listed): ServedRoute {
  const port = tcpPortOf({ host });
  const listens: Listen[] = port === undefined ? ['http', 'inside'] : [tcpListen(port)];
  const rule = `${host}${path}`;
  return {
    name: `${name} ${rule}`,
    owner: name,
    address: { host, path },
    rule,
    listens,
    priority: path.length,
    to: beside ? [...serversOf(own, percent), ...serversOf(beside, 100 - percent)] : serversOf(own),
    does: [],
  };
}

function serversOf({ protocol, servers }: ListedSide, percent?: number): ServedServer[] {
  return servers.map((server) => {
    const [container = '', port = ''] = server.split(':');
    return { container, port: Number(port), protocol, ...(percent !== undefined && { percent }) };
  });
}
