/** Where requests come in at a proxy: `http`, `https`, `tcp-5432` by a port of the host; `inside` is its container's own loopback. */
export type Listen = 'http' | 'https' | 'inside' | `tcp-${number}`;

/** What not every kind of proxy can do. `https`: TLS, with certificates that it gets by ACME. */
export const PROXY_CAPABILITIES = ['weights', 'h2c', 'tcp', 'https'] as const;
export type ProxyCapability = (typeof PROXY_CAPABILITIES)[number];

export const tcpListen = (port: number): Listen => `tcp-${port}`;

/** Where a proxy listens on its host, as a setting says it: reads `80`, `127.0.0.1:8080` or `[::1]:80`. */
export function readAddress(at: string): { ip?: string; port: number } {
  const colon = at.lastIndexOf(':');
  const ip = colon > 0 ? at.slice(0, colon).replace(/^\[|\]$/g, '') : undefined;
  return { ip, port: Number(at.slice(colon + 1)) };
}
