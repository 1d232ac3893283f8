import type { ApplicationFailure } from '@temporalio/common';
import type { Draft } from '../../src/manifest/record/record';
import type { Problem } from '../../src/model/text/problem';
import { inParallel } from '../drivers/bounded';
import type { Engine } from '../drivers/docker/engine';
import type { ImagePlatforms } from '../../src/plan/engines/platforms';
import { failureIn } from '../drivers/errors';
import { lookUp } from './resolve';

export interface Looked {
  problems: Problem[];
  warnings: string[];
  /** By service. */
  platforms: Record<string, ImagePlatforms>;
}

const AT_ONCE = 4;

/** Looks for the images that are not built as a release does when it pins them; what cannot be asked now is a warning. */
export async function lookForImages(
  { images, registry, environments }: Pick<Draft, 'images' | 'registry' | 'environments'>,
  given: string[],
  engine: Engine,
): Promise<Looked> {
  const services = new Map<string, string[]>();
  for (const [service, reference] of Object.entries(images))
    if (!given.includes(service)) services.set(reference, [...(services.get(reference) ?? []), service]);
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const platforms: Looked['platforms'] = {};
  await inParallel(AT_ONCE, [...services], async ([reference, [service = '', ...others]]) => {
    try {
      const found = await lookUp({ registry, service, reference, origin: 'resolved' }, engine);
      for (const one of [service, ...others])
        platforms[one] = { image: reference, platforms: found.platforms, isList: found.isList };
    } catch (error) {
      const failure = failureIn(error);
      if (!failure) throw error;
      const also = others.length > 0 ? ` (also of ${others.join(', ')})` : '';
      if ((error as ApplicationFailure).nonRetryable)
        problems.push({
          file: environments[0]?.compose[0] ?? 'compose file',
          path: `services.${service}.image`,
          message: `is ${reference}${also}, which a release could not pull: ${failure.message}`,
        });
      else warnings.push(`image ${reference} of ${service}${also} could not be looked up: ${failure.message}`);
    }
  });
  return { problems, warnings, platforms };
}
