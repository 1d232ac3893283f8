import type { BootstrapStep } from '../../../src/model/inspection';
import type { Engine } from '../../drivers/docker/engine';
import type { Settings } from '../../settings';
import { describeWanted, findProxy, usersOf } from './proxies';

/** What a bootstrap would do to the proxy on one engine, and its effect on users. */
export async function planProxy(settings: Settings, engine: Engine): Promise<Omit<BootstrapStep, 'host'>> {
  const { proxy, same } = await findProxy(settings, engine);
  const will = describeWanted(settings);
  const runs = proxy?.state === 'running';
  if (same && runs) return { does: 'none', what: `${will} runs` };
  if (!proxy || !runs) return { does: same || !proxy ? 'start' : 'replace', what: `${will}; it serves nobody yet` };
  const users = await usersOf(settings, engine);
  const who = users.length > 0 ? users.join(', ') : 'nobody';
  return {
    does: 'replace',
    what:
      `${proxy.image} becomes ${will}. OUTAGE: from the stop of the old one until the new one answers, some seconds, requests are refused there, of ${who}` +
      (proxy.kind === settings.proxyKind
        ? ''
        : `. Their routes are carried over from ${proxy.kind} to ${settings.proxyKind}`),
  };
}
