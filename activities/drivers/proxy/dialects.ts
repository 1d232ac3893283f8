import type { ContainerState } from '../docker/engine';
import { readLabels } from '../../../src/model/names';
import type { Dialect } from './dialect';
import { isProxyKind } from './kinds';
import { nginx } from './nginx/nginx';
import type { ProxyKind } from './proxy';
import { traefik } from './traefik/traefik';

/** Every kind of proxy. */
export const dialects = { traefik, nginx } satisfies Record<ProxyKind, Dialect>;

/** The kind of a proxy that there is; an older windlass knew one kind, and wrote none. */
export function kindOf(installation: string, found: Pick<ContainerState, 'labels'>): ProxyKind {
  const { kind = '' } = readLabels(installation, found.labels) ?? {};
  return isProxyKind(kind) ? kind : 'traefik';
}

export const dialectOf = (installation: string, found: Pick<ContainerState, 'labels'>): Dialect =>
  dialects[kindOf(installation, found)];
