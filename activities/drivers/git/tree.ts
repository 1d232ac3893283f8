import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Started } from '../programs/program';
import { GitFailure } from './errors';

export interface Size {
  files: number;
  bytes: number;
}

/** What a commit's tree holds, without checking it out. */
export interface Tree extends Size {
  submodules: { path: string; commit: string }[];
}

const GB = 1024 ** 3;
/** A few bytes of trees name any number of files, and the worker's disk is for all applications. */
const MOST: Size = { files: 500_000, bytes: 10 * GB };
const LONGEST_PATH = 100_000;

const ENTRY = /^\d+ (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s;

/** Lists a commit's tree, entry by entry. Throws a `GitFailure` when it is too large; the status is git's. */
export async function listTree(
  start: (args: string[]) => Started,
  sha: string,
): Promise<{ tree: Tree; status: number; stderr: string }> {
  const { child, ended, stop } = start(['ls-tree', '-r', '-l', '-z', '--full-tree', sha]);
  const tree: Tree = { files: 0, bytes: 0, submodules: [] };
  let [rest, stderr] = ['', ''];
  child.stdin.end();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-LONGEST_PATH)));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const entries = (rest + text).split('\0');
    rest = entries.pop() ?? '';
    for (const entry of entries) add(tree, entry);
    const why = whyTooLarge(tree) ?? (rest.length > LONGEST_PATH ? failure('a path without end') : undefined);
    if (why) stop(why);
  });
  return { status: await ended, tree, stderr };
}

function add(tree: Tree, entry: string): void {
  const [, type, commit = '', bytes, path = ''] = ENTRY.exec(entry) ?? [];
  tree.files += 1;
  if (type === 'commit') tree.submodules.push({ path, commit });
  else tree.bytes += Number(bytes) || 0;
}

/** Refuses a commit that would fill the disk, with its submodules. */
export function refuseLarge(size: Size): void {
  const why = whyTooLarge(size);
  if (why) throw why;
}

function whyTooLarge({ files, bytes }: Size): GitFailure | undefined {
  if (files > MOST.files) return failure(`more than ${MOST.files} files`);
  return bytes > MOST.bytes ? failure(`more than ${MOST.bytes / GB} GB`) : undefined;
}

const failure = (what: string) =>
  new GitFailure(
    {
      kind: 'too-large',
      message: `the commit has ${what}, with its submodules. Release from a smaller repository`,
    },
    false,
  );

/** The size of a checked-out folder. */
export async function sizeOf(folder: string): Promise<Size> {
  const size = { files: 0, bytes: 0 };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const { files, bytes } = entry.isDirectory() ? await sizeOf(path) : { files: 1, bytes: (await lstat(path)).size };
    size.files += files;
    size.bytes += bytes;
  }
  return size;
}
