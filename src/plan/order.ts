import type { Service } from '../model/service';
import { byText } from '../model/text/text-order';

/**
 * Sorts services into layers: each depends only on earlier layers, so that a layer can start in parallel.
 * Dependencies on other services count as met. The manifest's rules refuse cycles before.
 */
export function orderServices(services: Service[]): Service[][] {
  const layers: Service[][] = [];
  let left = [...services].sort((a, b) => byText(a.name, b.name));
  while (left.length > 0) {
    const names = new Set(left.map((service) => service.name));
    const free = left.filter((service) => service.dependsOn.every((on) => !names.has(on.service)));
    if (free.length === 0) throw new Error(`services depend on each other in a cycle: ${[...names].join(', ')}`);
    layers.push(free);
    left = left.filter((service) => !free.includes(service));
  }
  return layers;
}
