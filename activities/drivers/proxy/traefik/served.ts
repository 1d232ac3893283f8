import { type Listen } from '../../../../src/model/host/proxy';
import { type Address, addressOfTcp } from '../../../../src/model/host/route-address';
import { DOES, type ServedRoute, type ServedServer } from '../routes/served-route';
import { ANY_TCP, AS_HTTPS, TO_HTTPS } from './render';
import { API, INSIDE, RESOLVER, SECURE, WEB } from './start';
import type { ListedRouter, ListedService } from './words';

const api = (what: string) => `timeout 5 wget -qO- '${API}/${what}?per_page=100000'`;

/** The shell command whose output `readServed` parses. */
export const READ_SERVED = ['http/routers', 'http/services', 'tcp/routers', 'tcp/services']
  .map(api)
  .join(' && echo && ');

/** Four lines of JSON, as Traefik's API has them: routers and services of HTTP, and of TCP. Its own routers are left out. */
export function readServed(text: string): ServedRoute[] {
  const lists = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown[]);
  const [routers = [], services = [], tcpRouters = [], tcpServices = []] = lists;
  return [
    ...(routers as ListedRouter[]).map((one) => readRouter(one, services as ListedService[])),
    ...(tcpRouters as ListedRouter[]).map((one) => readRouter(one, tcpServices as ListedService[])),
  ].flatMap((route) => route ?? []);
}

function readRouter(router: ListedRouter, services: ListedService[]): ServedRoute | undefined {
  const { name, provider, rule = '', priority = 0, service = '', entryPoints = [], status } = router;
  if (provider !== 'file') return undefined;
  const does = doesOf(router);
  const address = readRule(rule, entryPoints);
  const owner = ownerOf(name) ?? ownerOf(service);
  return {
    name: withoutProvider(name),
    ...(owner !== undefined && { owner }),
    ...(address && { address }),
    rule,
    listens: entryPoints.map((one) => LISTENS[one] ?? one),
    priority,
    to: does.includes(DOES.redirects) ? [] : serversOf(services, service),
    does,
    ...(status !== 'enabled' && { trouble: `its router is ${status}` }),
  };
}

const LISTENS: Record<string, Listen> = { [WEB]: 'http', [SECURE]: 'https', [INSIDE]: 'inside' };

const withoutProvider = (name: string) => name.replace(/@file$/, '');

const ownerOf = (name: string): string | undefined => /^([^.@]+)\./.exec(name)?.[1];

function doesOf({ middlewares = [], tls }: ListedRouter): string[] {
  const all = middlewares.map(withoutProvider).map((one) => {
    if (one.endsWith(`.${TO_HTTPS}`)) return DOES.redirects;
    return one.endsWith(`.${AS_HTTPS}`) ? DOES.saysHttps : one;
  });
  if (!tls) return all;
  return [
    ...all,
    tls.certResolver === RESOLVER ? DOES.acme : `${DOES.tls}${tls.certResolver ? ` of ${tls.certResolver}` : ''}`,
  ];
}

function readRule(rule: string, entryPoints: string[]): Address | undefined {
  const port = rule === ANY_TCP ? /^tcp-(\d+)$/.exec(entryPoints.join())?.[1] : undefined;
  if (port !== undefined) return addressOfTcp(Number(port));
  const [, host, path] = /^Host\("([^"\\]+)"\) && PathPrefix\("([^"\\]+)"\)$/.exec(rule) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}

function serversOf(services: ListedService[], service: string, percent?: number): ServedServer[] {
  const found = services.find(({ name }) => withoutProvider(name) === withoutProvider(service));
  const shares = (found?.weighted?.services ?? []).filter(({ weight = 1 }) => weight > 0);
  const servers = (found?.loadBalancer?.servers ?? []).map(({ url, address }) => ({
    ...readServer(url ?? `tcp://${address}`),
    ...(percent !== undefined && { percent }),
  }));
  return [...servers, ...shares.flatMap(({ name, weight }) => serversOf(services, name, weight))];
}

function readServer(url: string): ServedServer {
  const [, protocol, container, port] = /^(\w+):\/\/(.*):(\d+)$/.exec(url) ?? [];
  return container === undefined ? { container: url } : { container, port: Number(port), protocol };
}
