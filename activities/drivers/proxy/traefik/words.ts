/** Routers and services in the format of Traefik's file provider and API. */

export interface Router {
  rule: string;
  priority: number;
  service: string;
  entryPoints: string[];
  middlewares?: string[];
  tls?: { certResolver?: string };
}

export type Service =
  | { loadBalancer: { servers: ({ url: string } | { address: string })[]; serversTransport: string } }
  | { weighted: { services: { name: string; weight: number }[] } };

export interface ListedRouter extends Partial<Omit<Router, 'tls'>> {
  name: string;
  provider: string;
  status: string;
  tls?: { certResolver?: string };
}

export interface ListedService {
  name: string;
  loadBalancer?: { servers?: { url?: string; address?: string }[] };
  weighted?: { services?: { name: string; weight?: number }[] };
}
