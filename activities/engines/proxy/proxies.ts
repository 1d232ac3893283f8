import { type EnvironmentRef, labels, type LabelWords, proxyName, readLabels } from '../../../src/model/names';
import type { ContainerState, Engine } from '../../drivers/docker/engine';
import { dialects, kindOf } from '../../drivers/proxy/dialects';
import { readListens } from '../../drivers/proxy/listens';
import { proxyContainer } from '../../drivers/proxy/lifecycle/container';
import type { ObservedProxy } from '../../../src/model/observed';
import { proxySettings } from './proxy-settings';
import type { Settings } from '../../settings';

/** A host's proxy, and whether its settings match the worker's. */
export async function findProxy(settings: Settings, engine: Engine): Promise<{ proxy?: ObservedProxy; same: boolean }> {
  const { installation } = settings;
  const found = await engine.inspectContainer(proxyName(installation));
  const wanted = proxyContainer(proxySettings(settings));
  const same = readLabels(installation, found?.labels)?.spec === readLabels(installation, wanted.labels)?.spec;
  return { ...(found && { proxy: describeProxy(settings, found) }), same };
}

/** Where the proxy listens for HTTPS and TCP. */
export const otherAddresses = ({ proxyHttps, proxyTcp = [] }: Settings): string[] => [
  ...(proxyHttps === undefined ? [] : [proxyHttps]),
  ...proxyTcp,
];

/** The worker's proxy settings in words: image and entry points. */
export function describeWanted({ proxyImage, proxyHttp, proxyHttps, proxyTcp, acme }: Settings): string {
  const tcp = proxyTcp ? `, TCP on ${proxyTcp.join(', ')}` : '';
  if (proxyHttps === undefined) return `${proxyImage} on ${proxyHttp}${tcp}`;
  const certificates = acme
    ? `certificates for ${acme.email}`
    : 'without certificates, because WINDLASS_ACME_EMAIL is not set';
  return `${proxyImage} on ${proxyHttp}, HTTPS on ${proxyHttps} (${certificates})${tcp}`;
}

/** The environments served by a host's proxy: `shop production`, a line each. */
export async function usersOf({ installation }: Settings, engine: Engine): Promise<string[]> {
  const instances = await engine.listContainers(labels(installation, { role: 'instance' }));
  const users = instances.flatMap(({ labels: all, state }) => {
    const words = readLabels(installation, all);
    return state === 'running' && words?.app ? [`${words.app} ${words.environment}`] : [];
  });
  return [...new Set(users)].sort();
}

/** What there is of a proxy, as its container and labels say. */
export function describeProxy(
  { installation }: Pick<EnvironmentRef, 'installation'>,
  { image, state, error, labels: own }: ContainerState,
): ObservedProxy {
  const words: Partial<LabelWords> = readLabels(installation, own) ?? {};
  const { spec } = words;
  const kind = kindOf(installation, { labels: own });
  return {
    kind,
    can: dialects[kind].can,
    image,
    state,
    ...(error !== undefined && { error }),
    ...(spec !== undefined && { spec }),
    listens: readListens(words),
  };
}
