import { type Listen, tcpListen } from '../../../../src/model/host/proxy';
import { type Address, addressOfTcp, nameAddress, tcpPortOf } from '../../../../src/model/host/route-address';
import type { RouteSet, RouteTo } from './route-set';

/** One way in which requests are answered, as the proxy itself says: the same words for every kind of proxy. */
export interface ServedRoute {
  name: string;
  /** The place that it is of, `shop-staging`; undefined where windlass did not write it. */
  owner?: string;
  /** Undefined where the rule is none that windlass writes: it may mean anything. */
  address?: Address;
  rule: string;
  listens: string[];
  priority: number;
  to: ServedServer[];
  does: string[];
  trouble?: string;
}

export interface ServedServer {
  container: string;
  port?: number;
  protocol?: string;
  percent?: number;
}

export const DOES = {
  redirects: 'redirects to HTTPS',
  saysHttps: 'says HTTPS',
  tls: 'has TLS',
  acme: 'has TLS with certificates by ACME',
} as const;

export type WantedRoute = Pick<ServedRoute, 'address' | 'listens' | 'priority' | 'to' | 'does'>;

/**
 * What a proxy is to serve. A route by HTTPS is served in three ways: with TLS; plain, where it is sent there; and from inside,
 * where a header says to the application that it was HTTPS.
 */
export function wantedRoutes(set: RouteSet, priorityOf: (address: Address) => number): WantedRoute[] {
  return set.routes.flatMap((route) => {
    const port = tcpPortOf(route);
    const address = port === undefined ? { host: route.host, path: route.path } : addressOfTcp(port);
    const way = (listens: Listen[], ...does: string[]): WantedRoute => ({
      address,
      listens,
      priority: priorityOf(address),
      to: serversOf(route),
      does,
    });
    if (port !== undefined) return [way([tcpListen(port)])];
    if (!route.https) return [way(['http', 'inside'])];
    return [
      way(['https'], set.https?.acme ? DOES.acme : DOES.tls),
      { ...way(['http'], DOES.redirects), to: [] },
      way(['inside'], DOES.saysHttps),
    ];
  });
}

function serversOf(route: RouteTo): ServedServer[] {
  const side = ({ port, protocol, instances }: Omit<NonNullable<RouteTo['beside']>, 'percent'>, percent?: number) =>
    instances.map((container) => ({
      container,
      port,
      protocol: protocol ?? 'http',
      ...(percent !== undefined && { percent }),
    }));
  const { beside } = route;
  return beside ? [...side(route, beside.percent), ...side(beside, 100 - beside.percent)] : side(route);
}

/** A route for people, whole: two that read the same do the same. */
export function describeRoute({ address, listens, priority, to, does, rule }: WantedRoute & { rule?: string }): string {
  const servers = to.map(({ container, port, protocol, percent }) => {
    const at = port === undefined ? container : `${container}:${port}`;
    return `${protocol === 'http' || protocol === undefined ? '' : `${protocol} `}${at}${percent === undefined ? '' : ` (${percent} %)`}`;
  });
  return [
    address ? nameAddress(address) : rule,
    `at ${listens.toSorted().join(', ')}`,
    `priority ${priority}`,
    ...does.toSorted(),
    `to ${servers.toSorted().join(', ') || 'nobody'}`,
  ].join(', ');
}
