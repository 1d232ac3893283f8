import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { readLabels } from '../../../../src/model/names';
import type { Service } from '../../../../src/model/service';
import { byText } from '../../../../src/model/text/text-order';
import type { KubernetesContext } from '../context';
import type { ServiceObject } from '../objects';
import { ownLabels } from '../../../../src/model/kubernetes/labels';

/**
 * The names by which a service's pods know the others, with the addresses of this release's Services: so `api` is this release's `api`,
 * whatever else runs in the namespace. An accessory outlives releases, so it knows accessories alone.
 */
export async function hostsFor(
  { space, place }: KubernetesContext,
  environment: EnvironmentRecord,
  release: string,
  { kind, networks }: Service,
): Promise<{ ip: string; names: string[] }[]> {
  const found = await space.list<ServiceObject>('Service', ownLabels(place, { role: 'network' }));
  return found
    .flatMap(({ metadata, spec: { clusterIP: ip } }) => {
      const own = readLabels(place.installation, metadata.labels);
      const other = environment.services.find(({ name }) => name === own?.service);
      const isKnown = own?.release === undefined || (own.release === release && kind !== 'accessory');
      const shared = other?.networks.filter(({ network }) => networks.some((one) => one.network === network)) ?? [];
      if (!ip || ip === 'None' || !other || !isKnown || shared.length === 0) return [];
      return [{ ip, names: [...new Set([other.name, ...shared.flatMap(({ aliases }) => aliases)])] }];
    })
    .sort((a, b) => byText(a.names[0]!, b.names[0]!));
}
