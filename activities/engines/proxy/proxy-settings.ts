import { readFileSync } from 'node:fs';
import { dialects } from '../../drivers/proxy/dialects';
import { listensOf } from '../../drivers/proxy/listens';
import type { ProxySettings } from '../../drivers/proxy/proxy';
import type { Settings } from '../../settings';

/** This worker's settings for the proxies of its installation. */
export function proxySettings({
  installation,
  proxyKind,
  proxyImage,
  proxyHttp,
  proxyHttps,
  proxyTcp,
  proxyTrusts,
  acme,
}: Settings): ProxySettings {
  return {
    installation,
    kind: proxyKind,
    image: proxyImage,
    http: proxyHttp,
    ...(proxyHttps !== undefined && { https: proxyHttps }),
    ...(proxyTcp && { tcp: proxyTcp }),
    ...(proxyTrusts && { trusted: proxyTrusts }),
    ...(acme && {
      acme: { ...acme, authority: acme.authority === undefined ? undefined : readFileSync(acme.authority, 'utf8') },
    }),
  };
}

/** The proxy that this worker would make now: where it listens, and what it can do. */
export const proxyMade = ({ proxyKind: kind, proxyHttps: https, proxyTcp: tcp }: Settings) => ({
  kind,
  can: dialects[kind].can,
  listens: listensOf({ https, tcp }),
});
