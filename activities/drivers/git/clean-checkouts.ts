import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** So many checkouts stay, those that were used last; and whatever was used within the hour, for something may read it still. */
const KEPT = 6;
const IN_USE_MS = 3_600_000;

/** Removes checkouts that nobody uses any more: a release that needs one makes it again. Says nothing, and never fails. */
export async function cleanCheckouts(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => readUse(join(folder, name))));
  const newest = found.filter((one) => one !== undefined).sort((a, b) => b.usedAt - a.usedAt);
  const spare = newest.slice(KEPT).filter(({ usedAt }) => now - usedAt > IN_USE_MS);
  for (const { path } of spare) await removeWhole(path).catch(() => undefined);
}

const readUse = (path: string) =>
  stat(path).then(
    ({ mtimeMs }) => ({ path, usedAt: mtimeMs }),
    () => undefined,
  );

/** Renamed first, so that nobody finds half of it. */
async function removeWhole(path: string): Promise<void> {
  const gone = `${path}.gone`;
  await rename(path, gone);
  await rm(gone, { recursive: true, force: true });
}
