import { choosePort } from './roles';
import type { InitService } from '../types';

type Labels = Record<string, string>;

/**
 * The port at which a service is reached, as it tells a proxy that finds it by itself: Traefik and Caddy by labels, nginx-proxy by
 * variables. Undefined where it tells none, or the port cannot be known.
 */
export function announcedPort(service: InitService): number | undefined {
  const own = saidPort(service);
  return own === undefined ? undefined : own || listened(service);
}

/** Does it speak to such a proxy at all? */
export const isAnnounced = (service: InitService): boolean => saidPort(service) !== undefined;

/** Nought where it is to be reached, and does not say at which port. */
function saidPort({ labels = {}, environment = {}, deploy }: InitService): number | undefined {
  const all: Labels = { ...deploy?.labels, ...labels };
  return traefikPort(all) ?? caddyPort(all) ?? variablePort(environment);
}

function traefikPort(labels: Labels): number | undefined {
  if (labels['traefik.enable'] === 'false') return undefined;
  const names = Object.keys(labels);
  const port = names.find((name) => /^traefik\.(http\.services\.[^.]+\.loadbalancer\.server\.)?port$/.test(name));
  if (port) return Number(labels[port]) || 0;
  const isRouted = names.some((name) => /^traefik\.(http\.routers\.[^.]+\.rule|frontend\.rule)$/.test(name));
  return isRouted || labels['traefik.enable'] === 'true' ? 0 : undefined;
}

function caddyPort(labels: Labels): number | undefined {
  if (!labels['caddy']) return undefined;
  const to = Object.entries(labels).find(([name]) => /^caddy\.([\w*/]+\.)?(\d+_)?reverse_proxy$/.test(name))?.[1];
  return Number(/\b(\d+)\s*}*$/.exec(to ?? '')?.[1] ?? 0);
}

const variablePort = ({ VIRTUAL_HOST: host, VIRTUAL_PORT: port }: Record<string, string | null>) =>
  host ? Number(port) || 0 : undefined;

const listened = ({ ports = [], expose = [] }: InitService) =>
  choosePort([...ports, ...expose.map((port) => ({ target: Number.parseInt(port, 10) }))]);
