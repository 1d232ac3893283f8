import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import dockerignore from '@balena/dockerignore';
import { type Headers, pack } from 'tar-fs';
import type { Pack } from 'tar-stream';

export interface ContextOptions {
  dockerfile: string;
  text?: string;
  mtime: Date;
}

/**
 * What an image is built from: the folder without files ignored by .dockerignore (or
 * `<dockerfile>.dockerignore`, which wins) and without .git. Owners, times and modes do not depend
 * on the machine, so the same commit gives the same bytes and cached layers are found. The time
 * should be the release's: with a constant, web servers would report changed files as unchanged.
 */
export interface BuildContext {
  dockerfile: string;
  mtime: Date;
  entries: ContextEntry[];
  /** The Dockerfile's text; undefined if there is none. */
  text?: string;
  /** As an archive; `whole` adds the Dockerfile and ignore files, for builders that look for them there. */
  tar(whole: boolean): Readable;
}

export interface ContextEntry {
  path: string;
  type: 'file' | 'folder' | 'link';
  mode: number;
  size: number;
  target?: string;
  read(): AsyncIterable<Buffer> | Iterable<Buffer>;
}

export async function openContext(folder: string, options: ContextOptions): Promise<BuildContext> {
  const { dockerfile, mtime } = options;
  const kept = await keptPaths(folder, dockerfile);
  const text = options.text ?? (await readFile(join(folder, dockerfile), 'utf8').catch(() => undefined));
  const entries = await Promise.all([...kept].sort(inBytes).map((path) => entryOf(folder, path)));
  return { dockerfile, mtime, text, entries: entries.flat(), tar: (whole) => packTar(folder, kept, options, whole) };
}

const inBytes = (a: string, b: string) =>
  Buffer.compare(Buffer.from(a.replaceAll(sep, '\0')), Buffer.from(b.replaceAll(sep, '\0')));

async function entryOf(folder: string, path: string): Promise<ContextEntry[]> {
  const whole = join(folder, path);
  const stats = await lstat(whole);
  const type = stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : stats.isFile() ? 'file' : undefined;
  if (!type) return [];
  const entry = { path: path.split(sep).join('/'), type, size: type === 'file' ? stats.size : 0 } as const;
  const target = type === 'link' ? await readlink(whole) : undefined;
  const mode = type === 'link' ? 0o777 : plainMode({ type: type === 'file' ? 'file' : 'directory', mode: stats.mode });
  return [{ ...entry, mode, ...(target !== undefined && { target }), read: () => createReadStream(whole) }];
}

function packTar(
  folder: string,
  kept: Set<string>,
  { dockerfile, text, mtime }: ContextOptions,
  whole: boolean,
): Readable {
  const needed = new Set(kept);
  const keep = (path: string) => path.split('/').forEach((_, i, names) => needed.add(names.slice(0, i + 1).join(sep)));
  if (whole) for (const path of [dockerfile, '.dockerignore', `${dockerfile}.dockerignore`]) keep(path);
  const words = {
    ignore: (path: string) => !needed.has(relative(folder, path)),
    map: (header: Headers) => ({ ...header, uid: 0, gid: 0, mtime, mode: plainMode(header) }),
    sort: true,
    finalize: false,
    finish: (archive: Pack) => {
      if (whole && text !== undefined) archive.entry({ name: dockerfile, mtime, mode: 0o644 }, text);
      archive.finalize();
    },
  };
  return readToItsEnd(pack(folder, words) as unknown as Readable);
}

/**
 * An archive that is no longer wanted is drained, because tar-fs throws uncatchably when destroyed
 * during a stat, as happens when a build fails early.
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

/** Git keeps only the executable bit. The rest is the umask of the checkout's user. */
const plainMode = ({ type, mode }: Pick<Headers, 'type' | 'mode'>) => (type !== 'file' || mode & 0o111 ? 0o755 : 0o644);

/** The relative paths COPY sees, including their parent folders. */
export async function keptPaths(folder: string, dockerfile: string): Promise<Set<string>> {
  const patterns = await readPatterns(folder, dockerfile);
  const filter = dockerignore({ ignorecase: false }).add(patterns).createFilter();
  const hasExceptions = patterns.some((pattern) => pattern.trim().startsWith('!'));
  const kept = new Set<string>();
  const keep = (path: string) => path.split(sep).forEach((_, i, names) => kept.add(names.slice(0, i + 1).join(sep)));

  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (path === '.git') continue;
      const isKept = filter(path);
      if (isKept) keep(path);
      if (entry.isDirectory() && (isKept || hasExceptions)) await walk(path);
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
