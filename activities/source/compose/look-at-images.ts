import { keepsData } from '../../../src/compose/mounts/data';
import type { ComposeModel, ComposeService } from '../../../src/compose/model';
import { takenFrom, withVolumesFrom } from '../../../src/compose/mounts/volumes-from';
import type { Manifest } from '../../../src/manifest/schema';
import type { ComposeFinding } from '../../drivers/compose/compose-program';

/** Inspects images, which may declare volumes: those of services that may be released, and of those whose volumes others take. */
export async function lookAtImages(
  model: ComposeModel,
  manifest: Manifest,
  given: string[],
  look: ((reference: string) => Promise<string[] | undefined>) | undefined,
): Promise<{ declared: Record<string, string[]>; told: ComposeFinding[] }> {
  const taken = Object.values(model.services ?? {}).flatMap((service) => takenFrom(service));
  const isAccessory = (name: string, service: ComposeService) =>
    manifest.services[name]?.accessory ?? keepsData(service);
  const services = Object.entries(withVolumesFrom(model).services ?? {}).filter(
    ([name, service]) =>
      service.image && !service.build && !given.includes(name) && (taken.includes(name) || !isAccessory(name, service)),
  );
  const found = await Promise.all(services.map(async ([name, { image }]) => [name, await look?.(image!)] as const));
  return {
    declared: Object.fromEntries(found.flatMap(([name, volumes]) => (volumes ? [[name, volumes] as const] : []))),
    told: found
      .filter(([, volumes]) => look && !volumes)
      .map(([name]) => ({
        path: ['services', name, 'image'],
        message: `could not be inspected, so it may declare a volume. If it keeps data, write accessory: true under services.${name}`,
      })),
  };
}
