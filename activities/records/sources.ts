import { createHash } from 'node:crypto';
import type { Draft } from '../../src/manifest/record/record';
import { openContext } from '../drivers/docker/build/context';
import { contextFolder } from '../images/build';
import { hashBuild } from '../images/labels';

const ALWAYS = new Date(0);

/** Service → what its image is built from, in short, so that people see whether another image is another program. */
export async function hashSources(
  { builds, source }: Pick<Draft, 'builds' | 'source'>,
  built: string[],
  checkout: () => Promise<string>,
): Promise<Record<string, string>> {
  const wanted = builds.filter(({ service }) => built.includes(service));
  if (wanted.length === 0) return {};
  const top = await checkout();
  const hashes = await Promise.all(
    wanted.map(async (build) => {
      const { dockerfileText: text, dockerfile } = build;
      const context = await openContext(await contextFolder(top, { source, build }), {
        dockerfile,
        text,
        mtime: ALWAYS,
      });
      const hash = createHash('sha256')
        .update(hashBuild(build))
        .update(context.text ?? '');
      for await (const part of context.tar(false)) hash.update(part as Buffer);
      return [build.service, hash.digest('hex').slice(0, 12)] as const;
    }),
  );
  return Object.fromEntries(hashes);
}
