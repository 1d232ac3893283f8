import { connectEngine } from '../activities/drivers/docker/connect';
import { openContext } from '../activities/drivers/docker/build/context';
import { basename, join } from 'node:path';
import { root } from './shop';

/**
 * Builds a folder of the examples and pushes it: the ready-made image that a real application would pull, as the shop's
 * database. Returns its name in the registry.
 */
export async function pushReadyMade(
  folder: string,
  { dockerHost, registry, base }: { dockerHost: string; registry: string; base: string },
): Promise<string> {
  const engine = connectEngine({ name: 'demo', address: dockerHost }, { dockerHost });
  const dockerfile = 'Dockerfile';
  const context = await openContext(join(root(), 'examples', folder), { dockerfile, mtime: new Date() });
  const id = await engine.buildImage(context, { dockerfile, args: { BASE: base }, labels: {} });
  const repository = `${registry}/${basename(folder)}`;
  await engine.tagImage(id, repository, '1');
  await engine.pushImage(repository, '1', undefined);
  return `${repository}:1`;
}
