import type { Service } from '../model/service';

/**
 * Puts services into layers: each depends only on services of earlier layers, so that a layer can be started together.
 * Dependencies on services that are not among them count as met. A cycle is refused by the manifest's rules before.
 */
export function orderServices(services: Service[]): Service[][] {
  const layers: Service[][] = [];
  let left = [...services].sort((a, b) => a.name.localeCompare(b.name));
  while (left.length > 0) {
    const names = new Set(left.map((service) => service.name));
    const free = left.filter((service) => service.dependsOn.every((on) => !names.has(on.service)));
    if (free.length === 0) throw new Error(`services depend on each other in a circle: ${[...names].join(', ')}`);
    layers.push(free);
    left = left.filter((service) => !free.includes(service));
  }
  return layers;
}
