import type { EnvironmentRecord } from '../../src/manifest/record';
import { isRoutedOn, type Target } from '../../src/model/host';
import { connectEngine } from '../drivers/docker/connect';
import { permanent } from '../drivers/errors';
import { traefik } from '../drivers/proxy/traefik';
import { currentWatch } from '../heartbeat';
import { naming } from '../naming';
import { unlessStopped } from '../waiting';
import type { Settings } from '../settings';
import type { BootstrapStep } from '../types';
import { proxySettings } from '../proxy-settings';
import { describeWanted, findProxy, usersOf } from './proxies';

/** What a bootstrap would do on each host where requests come in, and what users notice of it. */
export async function planBootstrap(
  settings: Settings,
  environment: EnvironmentRecord,
  only?: string,
): Promise<BootstrapStep[]> {
  const hosts = environment.hosts.filter(({ name }) => isRoutedOn(environment, name));
  const chosen = only === undefined ? hosts : hosts.filter(({ name }) => name === only);
  if (chosen.length === 0) {
    const known = hosts.map(({ name }) => name).join(', ');
    throw permanent({
      kind: 'no-such-host',
      message: `requests for ${environment.name} come in on no host ${only ?? ''}. Known: ${known || 'none'}`,
    });
  }
  return unlessStopped(Promise.all(chosen.map((host) => naming({ host: host.name }, () => planHost(settings, host)))));
}

async function planHost(settings: Settings, host: Target): Promise<BootstrapStep> {
  const engine = connectEngine(host, settings);
  const { state, same, image } = await findProxy(settings, engine);
  const will = describeWanted(settings);
  if (same && state === 'running') return { host, does: 'none', what: `${will} runs` };
  if (state === undefined || same || state !== 'running')
    return {
      host,
      does: same || state === undefined ? 'start' : 'replace',
      what: `${will}; nobody is served there now`,
    };
  const users = await usersOf(settings, engine);
  const who = users.length > 0 ? users.join(', ') : 'nobody';
  return {
    host,
    does: 'replace',
    what: `${image} becomes ${will}. OUTAGE: from the stop of the old one until the new one answers, some seconds, requests are refused there, of ${who}`,
  };
}

/** The proxy runs as this worker would make it now. */
export async function bootstrapHost(settings: Settings, host: Target): Promise<{ done: string }> {
  return naming({ operation: 'bootstrap', host: host.name }, async () => {
    const engine = connectEngine(host, settings);
    const name = await traefik.replace(engine, proxySettings(settings), currentWatch());
    return { done: `${name} runs: ${describeWanted(settings)}` };
  });
}
