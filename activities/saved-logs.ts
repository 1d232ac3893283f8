import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byText } from '../src/model/text/text-order';
import type { EnvironmentRef } from '../src/model/names';
import type { Settings } from './settings';

/**
 * What containers of a release said that are gone, as this worker keeps it in its data folder: a file for each, without secrets.
 * Of each environment as many releases as people look back to.
 */

type DataFolder = Pick<Settings, 'data'>;

/** Releases of one environment, of which the oldest goes first. */
const MOST_RELEASES = 20;

const folderOf = ({ data }: DataFolder, { installation, app, environment }: EnvironmentRef) =>
  join(data, `${installation}.logs`, app, environment);

/** Keeps the end of what a container said, which is taken away now. Secrets must have been struck out of it. */
export async function keepLog(
  settings: DataFolder,
  place: EnvironmentRef,
  { release, host, container, text }: { release: string; host: string; container: string; text: string },
): Promise<void> {
  const folder = folderOf(settings, place);
  await mkdir(join(folder, release), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, release, `${host}@${container}`), text, { mode: 0o600 });
  const releases = await Promise.all(
    (await readdir(folder)).map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = releases.sort((a, b) => b.at - a.at).slice(MOST_RELEASES);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { recursive: true, force: true })));
}

/** What was kept of a release's containers; none where another worker took them away, or nobody. */
export async function readKeptLogs(
  settings: DataFolder,
  place: EnvironmentRef,
  release: string,
): Promise<{ host: string; container: string; text: string }[]> {
  const folder = join(folderOf(settings, place), release);
  const files = await readdir(folder).catch(() => []);
  return Promise.all(
    [...files].sort(byText).map(async (file) => {
      const [host = '', container = ''] = file.split('@');
      return { host, container, text: await readFile(join(folder, file), 'utf8') };
    }),
  );
}
