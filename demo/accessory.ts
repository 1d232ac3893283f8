import { connectEngine } from '../activities/drivers/docker/connect';
import { packContext } from '../activities/drivers/docker/context';
import { join } from 'node:path';
import { root } from './shop';

/** Builds `examples/shop/store` and pushes it: the ready-made image that a real shop would pull, as a database. */
export async function pushStore(dockerHost: string, registry: string, base: string): Promise<string> {
  const engine = connectEngine({ name: 'demo', address: dockerHost }, { dockerHost });
  const dockerfile = 'Dockerfile';
  const context = await packContext(join(root(), 'examples/shop/store'), { dockerfile, mtime: new Date() });
  const id = await engine.buildImage(context, { dockerfile, args: { BASE: base }, labels: {} });
  const repository = `${registry}/store`;
  await engine.tagImage(id, repository, '1');
  await engine.pushImage(repository, '1', undefined);
  return `${repository}:1`;
}
