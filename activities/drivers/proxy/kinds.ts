import type { Dialect } from './dialect';
import type { ProxyKind } from './proxy';

/** The default image and the capabilities of every kind. Apart from the dialects, because the command line reads them at its start. */
export const KINDS = {
  traefik: { image: 'traefik:v3.7', can: ['weights', 'h2c', 'tcp', 'https'] },
  nginx: { image: 'nginx:1.31-alpine', can: ['weights', 'h2c', 'tcp'] },
} satisfies Record<ProxyKind, Pick<Dialect, 'image' | 'can'>> as Record<ProxyKind, Pick<Dialect, 'image' | 'can'>>;

export const isProxyKind = (text: string): text is ProxyKind => Object.hasOwn(KINDS, text);
