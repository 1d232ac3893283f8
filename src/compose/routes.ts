import type { Finding } from '../model/path';
import type { Route, Service, ServiceKind } from '../model/service';
import type { RouteWish } from './wishes';

/**
 * The manifest's routes with their ports: what it says, else the one port that the compose file publishes, else the
 * lowest that it exposes. Paths of findings begin at the environment: `routes[0]`.
 */
export function resolveRoutes(
  wishes: RouteWish[],
  services: Service[],
  published: Record<string, number[]>,
): { routes: Route[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const routes = wishes.flatMap((wish, index): Route[] => {
    const service = services.find(({ name }) => name === wish.service);
    // That a name is nobody's is told by the rules of the manifest.
    if (!service) return [];
    const refusal = REFUSALS[service.kind]?.(wish.service);
    const port = wish.port ?? portOf(service, published[wish.service] ?? []);
    if (!refusal && port !== undefined) return [{ ...wish, port }];
    findings.push({ path: ['routes', index], message: refusal ?? noPort(wish.service, published[wish.service] ?? []) });
    return [];
  });
  return { routes, findings };
}

const portOf = ({ container: { expose } }: Service, published: number[]) => {
  if (published.length > 1) return undefined;
  const listened = expose.find((port) => port.endsWith('/tcp'));
  return published[0] ?? (listened === undefined ? undefined : Number.parseInt(listened, 10));
};

const REFUSALS: Partial<Record<ServiceKind, (name: string) => string>> = {
  accessory: (name) =>
    `leads to ${name}, an accessory: it has a named volume and no build, and stays while releases come and go. Write services.${name}.accessory: false, or remove the route`,
  'one-off': (name) =>
    `leads to ${name}, which runs once and ends, for others wait until it has completed. Remove the route`,
};

const noPort = (name: string, published: number[]) =>
  published.length > 1
    ? `does not say to which port of ${name}: the compose file publishes ${published.join(', ')}. Write port:`
    : `does not say to which port of ${name}, and the compose file publishes and exposes none. Write port:`;
