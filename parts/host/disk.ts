import { rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run as runCommand } from '../run/commands';

/** A file system in a file, mounted where the engine keeps what it has. */
export async function makeDisk(folder: string, megabytes: number): Promise<void> {
  const file = `${folder}.disk`;
  writeFileSync(file, '');
  truncateSync(file, megabytes * 1024 * 1024);
  await runCommand('mkfs.ext4', ['-q', '-m', '0', file]);
  await runCommand('mount', ['-o', 'loop', file, folder]);
}

/** What takes all the room, and gives it back. */
export const diskOf = (data: string) => ({
  async fillDisk() {
    const { bavail, bsize } = statfsSync(data);
    await runCommand('fallocate', ['--length', String(bavail * bsize), `${data}/full`]).catch(() => undefined);
    // What is left over, byte by byte.
    await runCommand('dd', ['if=/dev/zero', `of=${data}/full-too`, 'bs=4k', 'status=none']).catch(() => undefined);
  },
  emptyDisk: async () => ['full', 'full-too'].forEach((name) => rmSync(join(data, name), { force: true })),
});
