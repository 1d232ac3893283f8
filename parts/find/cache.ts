import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../run/lock';

/** Where what was fetched once is kept: `$XDG_CACHE_HOME/windlass`, else `~/.cache/windlass`. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'windlass');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** What a cached folder is, and whether it was there already. */
export interface CachedFile {
  folder: string;
  cached: boolean;
}

/**
 * The cached folder `name`, which holds a pinned version in its name; `fill` makes it where it is missing.
 * It appears whole or not at all, and two that want it at the same time fetch it once.
 */
export async function keep(
  name: string,
  fill: (folder: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<CachedFile> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return { folder, cached: true };
  const fillIt = async () => {
    if (existsSync(folder)) return { folder, cached: true };
    const draft = `${folder}.partial`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    try {
      await fill(draft);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    return { folder, cached: false };
  };
  return withLock(`${folder}.lock`, fillIt, signal);
}
