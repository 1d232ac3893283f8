import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import dockerignore from '@balena/dockerignore';
import { type Headers, pack } from 'tar-fs';
import type { Pack } from 'tar-stream';

export interface ContextOptions {
  /** Below the folder, with `/`. */
  dockerfile: string;
  /** Files that are added to what is in the folder: name → text. */
  texts?: Record<string, string>;
  /** The time of every file in it. */
  mtime: Date;
}

/**
 * The build context as a tar stream: the folder without what its .dockerignore (or `<dockerfile>.dockerignore`, which
 * goes first) leaves out, and without the repository's .git, as with a context from git. Owner, time and rights do not
 * tell of the machine, so that the same commit gives the same bytes and layers are found again. The time should be the
 * release's: with one for all releases, web servers would tell browsers that changed files have not changed.
 */
export async function packContext(folder: string, options: ContextOptions): Promise<Readable> {
  const kept = await keptPaths(folder, options.dockerfile);
  const words = {
    ignore: (path: string) => !kept.has(relative(folder, path)),
    map: (header: Headers) => ({ ...header, uid: 0, gid: 0, mtime: options.mtime, mode: plainMode(header) }),
    sort: true,
    finalize: false,
    finish: (archive: Pack) => {
      for (const [name, text] of Object.entries(options.texts ?? {}))
        archive.entry({ name, mtime: options.mtime, mode: 0o644 }, text);
      archive.finalize();
    },
  };
  return readToItsEnd(pack(folder, words) as unknown as Readable);
}

/**
 * One that is not wanted any more is read to its end, to nowhere: tar-fs throws where nobody can catch it when its stream is destroyed
 * while it looks at a file, and that is what a build does which fails early.
 */
function readToItsEnd(archive: Readable): Readable {
  const context = new Readable({
    read: () => void archive.resume(),
    destroy(error, done) {
      archive.resume();
      done(error);
    },
  });
  archive.on('data', (chunk) => {
    if (!context.destroyed && !context.push(chunk)) archive.pause();
  });
  archive.on('end', () => void (context.destroyed || context.push(null)));
  archive.on('error', (error) => void context.destroy(error));
  return context;
}

/** Of the rights git keeps one only: may it be run? The rest is the umask of whoever checked it out. */
const plainMode = ({ type, mode }: Headers) => (type !== 'file' || mode & 0o111 ? 0o755 : 0o644);

/** Relative paths of what is kept, and of the folders on the way to it. */
async function keptPaths(folder: string, dockerfile: string): Promise<Set<string>> {
  const patterns = await readPatterns(folder, dockerfile);
  const filter = dockerignore({ ignorecase: false }).add(patterns).createFilter();
  const hasExceptions = patterns.some((pattern) => pattern.trim().startsWith('!'));
  // The engine wants these whatever is ignored, and leaves them out of what COPY sees by itself.
  const always = new Set([dockerfile, '.dockerignore', `${dockerfile}.dockerignore`]);
  const kept = new Set<string>();
  const keep = (path: string) => path.split(sep).forEach((_, i, names) => kept.add(names.slice(0, i + 1).join(sep)));

  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (path === '.git') continue;
      const isKept = filter(path) || always.has(path.split(sep).join('/'));
      if (isKept) keep(path);
      const mayHoldKept = isKept || hasExceptions || [...always].some((one) => one.startsWith(`${path}/`));
      if (entry.isDirectory() && mayHoldKept) await walk(path);
    }
  };
  await walk('');
  return kept;
}

async function readPatterns(folder: string, dockerfile: string): Promise<string[]> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (text !== undefined) return text.split(/\r?\n/);
  }
  return [];
}
