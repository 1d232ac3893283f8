import { nameOfVolume } from '../container/data';
import { accessoryName, type EnvironmentRef, instanceName } from '../names';
import type { Service } from '../service';
import { type KubernetesTarget, type Placement, servicesOn } from '../target';
import { guardsOf } from './guards';
import { metadataOf, ownLabels } from './labels';
import { claimName, releaseMarker } from './names';
import type { Manifest } from './objects';
import { claimOf, configMapOf, portsOf, serviceOf } from './sets';
import { type EnvironmentModel, routedPorts } from './whole';

/** The ConfigMap that says that the release is there, what guards its pods, and the Services by which its services and the accessories find each other. */
export function networksOf(
  place: EnvironmentRef,
  environment: EnvironmentModel & Placement,
  release: string,
  target: string,
): Manifest[] {
  const marker = ownLabels(place, { role: 'network', release, step: 'createNetworks' });
  const services = servicesOn(environment, target).flatMap((service): Manifest[] => {
    const ports = portsOf(service, routedPorts(environment, service));
    if (service.kind === 'one-off' || ports.length === 0) return [];
    const isAccessory = service.kind === 'accessory';
    const own = { service: service.name, ...(!isAccessory && { release }) };
    const name = isAccessory ? accessoryName(place, service.name) : instanceName(place, release, service.name);
    const selector = ownLabels(place, { role: isAccessory ? 'accessory' : 'instance', ...own });
    return [serviceOf(metadataOf(place, name, ownLabels(place, { role: 'network', ...own })), ports, selector)];
  });
  const guards = guardsOf({
    place,
    release,
    target: environment.targets.find(({ name }) => name === target) as KubernetesTarget,
    services: servicesOn(environment, target),
    routed: (service) => routedPorts(environment, service),
  });
  return [configMapOf(metadataOf(place, releaseMarker(place, release), marker), {}), ...guards, ...services];
}

/** The claims of an accessory. Size and class can be written as labels of the volume. */
export const claimsFor = (
  place: EnvironmentRef,
  environment: EnvironmentModel,
  { name: service, container }: Service,
): Manifest[] =>
  container.mounts.flatMap((mount) => {
    if (mount.type !== 'volume') return [];
    const said = environment.volumes.find(({ name }) => name === mount.volume);
    const { 'storage.size': size = '1Gi', 'storage.class': storageClass } = said?.labels ?? {};
    const name = claimName(nameOfVolume(environment, mount.volume));
    return [claimOf(metadataOf(place, name, ownLabels(place, { role: 'volume', service })), { size, storageClass })];
  });
