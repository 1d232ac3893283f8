import { z } from 'zod';

/** A registry's login challenge, from its 401 answer (RFC 9110, 11.6.1). */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

export interface Credentials {
  username: string;
  password: string;
}

/** `Bearer realm="https://auth.example.com/token",service="registry"`; undefined without one. */
export function readChallenge(header: string | null): Challenge | undefined {
  const [, scheme, rest] = /^\s*(\w+)\s*(.*)$/.exec(header ?? '') ?? [];
  if (!scheme) return undefined;
  const pairs = [...rest!.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)];
  return {
    scheme: scheme.toLowerCase(),
    parameters: Object.fromEntries(pairs.map(([, key, quoted, plain]) => [key!, quoted ?? plain!])),
  };
}

export const basic = ({ username, password }: Credentials) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * The URL for a token (distribution's token authentication). Undefined when the challenge has none,
 * or one that must not receive a login: a registry with TLS needs a token server with TLS.
 */
export function tokenUrl({ parameters }: Challenge, registryUrl: string, scope: string): URL | undefined {
  const { realm, service } = parameters;
  if (!realm || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (registryUrl.startsWith('https:') && url.protocol !== 'https:') return undefined;
  if (service) url.searchParams.set('service', service);
  url.searchParams.set('scope', parameters['scope'] ?? scope);
  return url;
}

const tokenAnswer = z.looseObject({ token: z.string().nullish(), access_token: z.string().nullish() });

/** The token in a token server's answer; undefined when it has none that a header can hold (RFC 6750, 2.1). */
export function readToken(body: string): string | undefined {
  try {
    const { token, access_token } = tokenAnswer.parse(JSON.parse(body));
    const found = token ?? access_token ?? '';
    return /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
