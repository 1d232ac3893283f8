import type { ComposeFinding } from '../drivers/compose/compose-program';
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadCompose } from '../../src/compose/read';
import { byText } from '../../src/model/text/text-order';
import { keptPaths } from '../drivers/docker/build/context';

/** Git LFS, specification, "The Pointer": the file in git that stands for one stored elsewhere. */
const POINTER = /^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\/v1\n(?:[^]*\n)?oid sha256:[0-9a-f]{64}\n/;
const LONGEST = 1_024;
/** What git-crypt begins each of its files with. */
const ENCRYPTED = '\0GITCRYPT\0';

const WHY = {
  pointer: 'is in Git LFS, which windlass does not fetch: the release would contain only the pointer. ',
  encrypted: 'is encrypted by git-crypt, which windlass does not undo: the release would contain the encrypted bytes. ',
};

/** Refuses files for an image or a container that the commit has only as Git LFS pointers, or encrypted. */
export async function checkPointers(
  dir: string,
  { builds, services }: ReadCompose,
  given: string[],
): Promise<ComposeFinding[]> {
  const contexts = builds
    .filter(({ service }) => !given.includes(service))
    .flatMap(({ context, dockerfile, buildx }) => [
      { context, dockerfile },
      ...(buildx?.contexts ?? []).flatMap((one) => ('folder' in one ? { context: one.folder, dockerfile: '' } : [])),
    ]);
  const built = await Promise.all(
    contexts.map(async ({ context, dockerfile }) =>
      [...(await keptPaths(join(dir, context), dockerfile).catch(() => []))].map((path) => join(context, path)),
    ),
  );
  const placed = services.flatMap(({ container: { files = [] } }) => files.flatMap(({ from }) => from ?? []));
  const tell = (paths: string[], wayOut: string) =>
    [...new Set(paths)].sort(byText).flatMap((file) => {
      const is = standInOf(join(dir, file));
      return is ? [{ file, message: `${WHY[is]}${wayOut}` }] : [];
    });
  return [
    ...tell(
      built.flat(),
      'Commit the file itself, ignore it in .dockerignore, or build in CI and pass the image: --image',
    ),
    ...tell(placed, 'Commit the file itself, or copy it into the image in CI and pass that: --image'),
  ];
}

function standInOf(path: string): keyof typeof WHY | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return undefined;
  const bytes = Buffer.alloc(Math.min(stats.size, LONGEST));
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes);
  } finally {
    closeSync(file);
  }
  const text = bytes.toString('latin1');
  if (text.startsWith(ENCRYPTED)) return 'encrypted';
  return stats.size <= LONGEST && POINTER.test(text) ? 'pointer' : undefined;
}
