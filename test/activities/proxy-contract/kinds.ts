import type { ProxyKind } from '../../../activities/drivers/proxy/proxy';
import type { RouteTo } from '../../../activities/drivers/proxy/routes/route-set';
import type { Settings } from '../../../activities/settings';
import { parts, type SharedParts } from '../../setup/parts';

/** What tests of all kinds of proxy must know of one: each test that runs over `PROXY_KINDS` holds for every kind. */
export interface TestedProxy {
  kind: ProxyKind;
  /** What a test with it needs. */
  needs: Exclude<keyof SharedParts, 'dir'>[];
  /** The settings of a worker that has it. */
  settings: () => Pick<Settings, 'proxyKind' | 'proxyImage'>;
  /** The name of its processes. */
  program: string;
  /** Its file of routes of a place, below the folder of routes. */
  file: (name: string) => string;
  /** A script of a shell in its container by which somebody else routes requests of a path to nobody, in their own words. */
  stranger: (route: { host: string; path: string }) => string;
  /** How its own status tells of that route. */
  strangersRule: (route: { host: string; path: string }) => string;
  /** The kind of the failure by which routes are not set while it is there. */
  strangersRefusal: 'routes-not-served' | 'address-taken';
  /** A script by which somebody changes the file: each route's host, or its servers. */
  change: (file: string, what: 'host' | 'server', to: string) => string;
  /** How `;` in a query arrives. */
  semicolon: string;
  /** Do trailers of an answer by HTTP/1.1 reach the client? */
  trailers: boolean;
}

const renamed = (text: string, file: string) =>
  `mkdir -p /routes/next && printf '%s' '${text}' > /routes/next/e && mv /routes/next/e ${file}`;
const edited = (script: string, file: string) =>
  `sed '${script}' ${file} > /routes/next/e && mv /routes/next/e ${file}`;

const traefik: TestedProxy = {
  kind: 'traefik',
  needs: ['engine', 'images'],
  settings: () => ({ proxyKind: 'traefik', proxyImage: parts().images.proxy.name }),
  program: 'traefik',
  file: (name) => `/routes/live/${name}.yml`,
  stranger: (route) => {
    const rule = traefik.strangersRule(route);
    const router = { rule, service: 's', entryPoints: ['web'], priority: 99_999 };
    const services = { s: { loadBalancer: { servers: [{ url: 'http://127.0.0.1:1' }] } } };
    return `${renamed(JSON.stringify({ http: { routers: { evil: router }, services } }), traefik.file('stranger'))}; sleep 1`;
  },
  // Nobody but Traefik knows what such a rule takes.
  strangersRefusal: 'routes-not-served',
  strangersRule: ({ host, path }) => `Host("${host}") && Path("${path}")`,
  change: (file, what, to) =>
    what === 'host'
      ? `${edited(`s/Host(\\\\"[^"]*\\\\")/Host(\\\\"${to}\\\\")/`, file)}; sleep 1`
      : `${edited(`s/"url":"http:[^"]*"/"url":"http:\\/\\/${to}:80"/`, file)}; sleep 1`,
  semicolon: '%3B',
  trailers: true,
};

const LOAD = 'wget -q -O /dev/null http://127.0.0.1:8080/load';

const nginx: TestedProxy = {
  kind: 'nginx',
  needs: ['engine', 'images', 'nginx'],
  settings: () => ({ proxyKind: 'nginx', proxyImage: parts().nginx.name }),
  program: 'nginx',
  file: (name) => `/routes/live/${name}.routes`,
  stranger: ({ host, path }) => {
    const routes: RouteTo[] = [{ service: 's', host, path, port: 1, instances: ['127.0.0.1'] }];
    return `${renamed(`# set ${JSON.stringify({ counter: 1, routes })}`, nginx.file('stranger'))} && ${LOAD}`;
  },
  strangersRefusal: 'address-taken',
  strangersRule: ({ host, path }) => `${host}${path}`,
  change: (file, what, to) =>
    what === 'host'
      ? `${edited(`s/"host":"[^"]*"/"host":"${to}"/`, file)} && ${LOAD}`
      : `${edited(`s/"instances":\\["[^"]*"/"instances":["${to}"/`, file)} && ${LOAD}`,
  semicolon: ';',
  trailers: false,
};

/** A script that kills a program; its other processes end with the container. */
export const killProgram = (program: string) =>
  `kill -9 $(cat /proc/[0-9]*/stat | sed -n "s/ (${program}) .*//p" | sort -n | head -n 1)`;

/** Every kind of proxy. */
export const TESTED = { traefik, nginx } satisfies Record<ProxyKind, TestedProxy>;
export const PROXY_KINDS = Object.values(TESTED);
