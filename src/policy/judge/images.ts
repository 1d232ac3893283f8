import { repositoryOfImage } from '../../model/container/image-name';
import type { Finding } from '../../model/text/path';
import { allows, type Key, notAllowed } from './findings';
import { type Applying, rulesFor, type Where } from './rules-for';
import type { Policy } from '../schema';

const REGISTRIES: Key = {
  path: ['registries'],
  patterns: ({ registries }) => registries.map(({ address }) => address),
};

/**
 * May an environment run these images (service → reference)? A registry's address allows all below it. In the registry that the worker is
 * set to, `own`, each application may have its own images.
 */
export const judgeImages = (policy: Policy, where: Where, images: Record<string, string>, own?: string): Finding[] =>
  judgeImagesBy(rulesFor(policy, where), where, images, own);

/** As `judgeImages`, by these rules. */
export function judgeImagesBy(
  rules: Applying[],
  where: Where,
  images: Record<string, string>,
  own?: string,
): Finding[] {
  if (rules.length === 0) return [];
  return Object.entries(images).flatMap(([service, reference]) => {
    const repository = repositoryOfImage(reference);
    // `own/shop/../bank` is bank's to a registry.
    const isPlain = repository.split('/').every((part) => !/^\.*$/.test(part));
    const isOwn = own !== undefined && repository.startsWith(`${own}/${where.app}/`);
    const isAllowed = isOwn || withParents(repository).some((address) => allows(rules, REGISTRIES, address));
    if (isPlain && isAllowed) return [];
    return [notAllowed(rules, where, REGISTRIES, `service ${service} has the image ${repository}`)];
  });
}

/** `host/a/b` and `host/a` and `host`. */
const withParents = (repository: string): string[] =>
  repository.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
