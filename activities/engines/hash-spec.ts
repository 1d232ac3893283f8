import { createHash } from 'node:crypto';
import { inOrder } from '../canonical-json';
import type { Service, Volume } from '../../src/model/service';

/**
 * A container's label `spec`: twelve digits of the hash of its image, container, placement and networks. It ignores start
 * and stop timing, and secret values, which are references. For an accessory it ignores networks, which it
 * joins and leaves, but includes its volumes' settings where the compose file has any.
 */
export function hashSpec(
  {
    kind,
    image,
    container,
    networks,
    placement,
  }: Pick<Service, 'kind' | 'image' | 'container' | 'networks' | 'placement'>,
  volumes: Volume[] = [],
): string {
  const isAccessory = kind === 'accessory';
  const mounted = container.mounts.map((mount) => (mount.type === 'volume' ? mount.volume : ''));
  const said = isAccessory ? volumes.filter((volume) => mounted.includes(volume.name) && saysMore(volume)) : [];
  const made = {
    image,
    container,
    placement,
    networks: isAccessory ? undefined : networks,
    volumes: said.length > 0 ? said.map((volume) => ({ ...volume, labels: undefined })) : undefined,
  };
  return createHash('sha256').update(inOrder(made)).digest('hex').slice(0, 12);
}

/** A volume with only a name was never part of the hash. */
const saysMore = ({ called, external, driver, options }: Volume) =>
  [called, external, driver, options].some((one) => one !== undefined);
