import type { Finding } from '../../model/text/path';
import type { Route, RouteOverride, Service, ServiceKind } from '../../model/service';

/**
 * The manifest's routes with their ports: the manifest's, otherwise the only published port, otherwise the
 * lowest exposed one. Paths of findings begin at the environment: `routes[0]`.
 */
export function resolveRoutes(
  overrides: RouteOverride[],
  services: Service[],
  published: Record<string, number[]>,
): { routes: Route[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const routes = overrides.flatMap((override, index): Route[] => {
    const service = services.find(({ name }) => name === override.service);
    // The manifest's rules report unknown names.
    if (!service) return [];
    const refusal = REFUSALS[service.kind]?.(override.service);
    const port = override.port ?? portOf(service, published[override.service] ?? []);
    if (!refusal && port !== undefined) return [routeTo(override, port)];
    findings.push({
      path: ['routes', index],
      message: refusal ?? noPort(override.service, published[override.service] ?? []),
    });
    return [];
  });
  return { routes, findings };
}

/** Defaults are left out, so that they are no difference. */
const routeTo = ({ protocol, ...override }: RouteOverride, port: number): Route =>
  protocol === undefined || protocol === 'http' ? { ...override, port } : { ...override, port, protocol };

const portOf = ({ container: { expose } }: Service, published: number[]) => {
  if (published.length > 1) return undefined;
  const listened = expose.find((port) => port.endsWith('/tcp'));
  return published[0] ?? (listened === undefined ? undefined : Number.parseInt(listened, 10));
};

const REFUSALS: Partial<Record<ServiceKind, (name: string) => string>> = {
  accessory: (name) =>
    `leads to ${name}, an accessory, because it has a named volume and no build. Write services.${name}.accessory: false, or remove the route`,
  'one-off': (name) => `leads to ${name}, which runs once and ends. Remove the route`,
};

const noPort = (name: string, published: number[]) =>
  published.length > 1
    ? `needs a port of ${name}: the compose file publishes ${published.join(', ')}. Write port:`
    : `needs a port of ${name}: the compose file publishes and exposes none. Write port:`;
