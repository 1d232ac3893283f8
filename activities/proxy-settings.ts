import { readFileSync } from 'node:fs';
import type { ProxySettings } from './drivers/proxy/proxy';
import type { Settings } from './settings';

/** How this worker wants the proxies of its installation. */
export function proxySettings({ installation, proxyImage, proxyHttp, proxyHttps, acme }: Settings): ProxySettings {
  return {
    installation,
    image: proxyImage,
    http: proxyHttp,
    ...(proxyHttps !== undefined && { https: proxyHttps }),
    ...(acme && {
      acme: { ...acme, authority: acme.authority === undefined ? undefined : readFileSync(acme.authority, 'utf8') },
    }),
  };
}
