import { openContext } from '../../../activities/drivers/docker/build/context';
import type { Stopwatch } from '../figures/stopwatch';
import type { Tools } from './tools';

interface Build {
  folder: string;
  repository: string;
  tag: string;
  /** What the Dockerfile begins with. */
  base: string;
}

/** `docker build` and `docker push`; returns the image by its digest. */
export async function buildAndPush(
  { engine }: Pick<Tools, 'engine'>,
  watch: Stopwatch,
  { folder, repository, tag, base }: Build,
): Promise<string> {
  const dockerfile = 'Dockerfile';
  await watch.time('build', async () => {
    const context = await openContext(folder, { dockerfile, mtime: new Date() });
    const id = await engine.buildImage(context, { dockerfile, args: { BASE: base }, labels: {} });
    await engine.tagImage(id, repository, tag);
  });
  const digest = await watch.time('push', () => engine.pushImage(repository, tag, undefined));
  return `${repository}@${digest}`;
}

/** `docker pull`, which asks the registry even for local images. */
export async function pull({ docker }: Tools, image: string): Promise<void> {
  const stream = (await docker.pull(image)) as NodeJS.ReadableStream;
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
}
