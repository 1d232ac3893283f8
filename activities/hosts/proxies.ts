import { labels, proxyName, readLabels } from '../../src/model/names';
import type { ContainerState, Engine } from '../drivers/docker/engine';
import { proxyContainer } from '../drivers/proxy/container';
import { proxySettings } from '../proxy-settings';
import type { Settings } from '../settings';

/** What there is of the proxy on a host, and whether it was made as the worker would make it now. */
export async function findProxy(
  settings: Settings,
  engine: Engine,
): Promise<{ state?: ContainerState['state']; same: boolean; image?: string }> {
  const { installation } = settings;
  const found = await engine.inspectContainer(proxyName(installation));
  const wanted = proxyContainer(proxySettings(settings));
  const same = readLabels(installation, found?.labels)?.spec === readLabels(installation, wanted.labels)?.spec;
  return { ...(found && { state: found.state, image: found.image }), same };
}

/** The proxy that the worker would make: its image, and where users come in. */
export function describeWanted({ proxyImage, proxyHttp, proxyHttps, acme }: Settings): string {
  if (proxyHttps === undefined) return `${proxyImage} on ${proxyHttp}`;
  const certificates = acme
    ? `certificates for ${acme.email}`
    : 'without certificates, for WINDLASS_ACME_EMAIL is not set';
  return `${proxyImage} on ${proxyHttp}, HTTPS on ${proxyHttps} (${certificates})`;
}

/** Whose requests come in over the proxy of a host: `shop production`, a line each. */
export async function usersOf({ installation }: Settings, engine: Engine): Promise<string[]> {
  const instances = await engine.listContainers(labels(installation, { role: 'instance' }));
  const users = instances.flatMap(({ labels: all, state }) => {
    const words = readLabels(installation, all);
    return state === 'running' && words?.app ? [`${words.app} ${words.environment}`] : [];
  });
  return [...new Set(users)].sort();
}
