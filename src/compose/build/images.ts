import { canonicalImage, namesRegistry } from '../../model/container/image-name';
import type { ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import type { ComposeOverrides } from '../overrides';

type Services = Record<string, ComposeService>;

/** The service of an inactive profile that builds an image of a bare name; with a registry's name it is pulled from there. */
export function idleBuilderOf(inactive: Services, projects: string[], reference: string): string | undefined {
  const builder = builderOf(inactive, projects, reference);
  return builder && 'service' in builder && !namesRegistry(reference) ? builder.service : undefined;
}

/** The service that builds an image; several if ambiguous; `guess` if only the end of the name matches. */
export type Builder = { service: string } | { services: string[] } | { guess: string };

/**
 * Finds which service of the file builds an image. Compose names the image of a service without `image:`
 * PROJECT-SERVICE; `projects` are the project's known names.
 */
export function builderOf(services: Services, projects: string[], reference: string): Builder | undefined {
  const wanted = canonicalImage(reference);
  const built = Object.entries(services).filter(([, { build }]) => build);
  const names = ([service, { image, build }]: [string, ComposeService]) => [
    ...(image ? [image] : projects.flatMap((project) => [`${project}-${service}`, `${project}_${service}`])),
    ...((build?.['tags'] ?? []) as string[]),
  ];
  const found = built.filter((one) => names(one).some((name) => canonicalImage(name) === wanted));
  const distinct = new Set(found.map(([, { build }]) => JSON.stringify(build)));
  if (distinct.size > 1) return { services: found.map(([name]) => name).sort() };
  if (found[0]) return { service: found[0][0] };
  const [, bare] = /^([^/:@]+)(:latest)?$/.exec(reference) ?? [];
  const guess = built.find(([service, { image }]) => !image && bare && /[-_]/.test(bare) && endsWith(bare, service));
  return guess && { guess: guess[0] };
}

const endsWith = (name: string, service: string) => name.endsWith(`-${service}`) || name.endsWith(`_${service}`);

/**
 * Service → the service that builds its image, for services without a build. Refuses ambiguities, and a bare name that only a service
 * of an inactive profile builds: a public registry may have an unrelated image of that name.
 */
export function shareImages(
  services: Services,
  projects: string[],
  { inactive = {}, given }: Pick<ComposeOverrides, 'inactive' | 'given'>,
  notes: Diagnostics,
): Record<string, string> {
  const shared: Record<string, string> = {};
  for (const [name, { build, image }] of Object.entries(services)) {
    const builder = build || !image ? undefined : builderOf(services, projects, image);
    const at = ['services', name, 'image'];
    if (!builder) {
      const idle = build || !image || given.includes(name) ? undefined : idleBuilderOf(inactive, projects, image);
      if (idle) notes.refuse(at, describeIdle(image!, idle));
      continue;
    }
    if ('service' in builder) shared[name] = builder.service;
    else if ('services' in builder)
      notes.refuse(
        at,
        `is ${image}, which both ${builder.services.join(' and ')} build. Give each its own image: NAME`,
      );
    else
      notes.refuse(
        at,
        `is ${image}, the name compose gives to ${builder.guess}'s image in some folder. Write image: NAME next to ` +
          `build: of ${builder.guess}, and the same here; the public image is docker.io/library/${image}`,
      );
  }
  return shared;
}

const describeIdle = (image: string, builder: string) =>
  `is ${image}, the image of ${builder}, which is not built because its profile is not active. Add the profile to COMPOSE_PROFILES ` +
  `under variables, or write build: here too; a public image is ${canonicalImage(image)}`;

/** A service with another's image counts as built like that one. */
export const withSharedBuilds = (services: Services, shared: Record<string, string>): Services =>
  Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const build = shared[name] === undefined ? undefined : services[shared[name]]?.build;
      return [name, build ? { ...service, build } : service];
    }),
  );
