import type { Route } from '../service';

export interface Address {
  host: string;
  path: string;
}

/** The address of a TCP port of the host; no host name starts with a colon. */
export const addressOfTcp = (port: number): Address => ({ host: `:${port}`, path: '/' });

/** A TCP address's port; undefined for HTTP. */
export function tcpPortOf({ host }: Pick<Address, 'host'>): number | undefined {
  const port = /^:([1-9]\d{0,4})$/.exec(host)?.[1];
  return port === undefined || Number(port) > 65_535 ? undefined : Number(port);
}

/** Its name in messages: `shop.example.com/api`, `TCP port 5432`. */
export const nameAddress = (address: Address): string => {
  const port = tcpPortOf(address);
  return port === undefined ? `${address.host}${address.path}` : `TCP port ${port}`;
};

export interface ClaimedAddress extends Address {
  owner: string;
}

/** Could a request match both? As in the proxy, `/api` includes `/apis`. */
export function meet(a: Address, b: Address): boolean {
  const [one, other] = [a.path, b.path].map((path) => withoutSlash(plainPath(path))) as [string, string];
  return a.host === b.host && (one.startsWith(other) || other.startsWith(one));
}

/** A path in one spelling (RFC 3986, 6.2.2): `/%61pi` is `/api`, and `%2f` is `%2F`. */
export const plainPath = (path: string): string =>
  path.replace(/%[0-9a-f]{2}/gi, (code) => {
    const sign = String.fromCharCode(parseInt(code.slice(1), 16));
    return /[\w.~-]/.test(sign) ? sign : code.toUpperCase();
  });

/** `/api/` and `/api` are the same address. */
export const withoutSlash = (path: string) => path.replace(/\/+$/, '');

/** Reports an address that another environment owns, and what to do. */
export function describeTaken(own: Address, { owner, ...taken }: ClaimedAddress): string {
  const where = own.path === taken.path ? '' : `, which owns ${nameAddress(taken)}`;
  return (
    `${nameAddress(own)} is an address of ${owner}${where}. ` +
    `Route another ${tcpPortOf(own) === undefined ? 'host name or path' : 'port'}, or free the address first: release ${owner} without the route, or remove it with windlass eject`
  );
}

/**
 * The addresses people open, once each. `proxyHttp` and `proxyHttps` are the proxy's addresses: `80`,
 * `127.0.0.1:8080`; a load balancer in front may use others.
 */
export function urlsOf(
  routes: Pick<Route, 'host' | 'path' | 'https'>[],
  { proxyHttp, proxyHttps = '443' }: { proxyHttp: string; proxyHttps?: string },
): string[] {
  const port = (listens: string, usual: string) => {
    const own = listens.slice(listens.lastIndexOf(':') + 1);
    return own === usual ? '' : `:${own}`;
  };
  const urls = routes.map(({ host, path, https }) =>
    https ? `https://${host}${port(proxyHttps, '443')}${path}` : `http://${host}${port(proxyHttp, '80')}${path}`,
  );
  return [...new Set(urls)];
}
