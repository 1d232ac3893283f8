import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the kernel's control groups are: one place for each controller (version 1), or one for all. */
function hierarchies(): { path: string; isUnified: boolean }[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').trimEnd().split('\n');
  const mounts = lines.map((line) => line.split(' ') as [string, string, string]);
  return mounts.flatMap(([, path, type]) =>
    type === 'cgroup' || type === 'cgroup2' ? [{ path, isUnified: type === 'cgroup2' }] : [],
  );
}

/** Makes a group everywhere, such as `/windlass-1a2b/node1`, for a kubelet to put its pods into. */
export function makeCgroup(name: string): void {
  for (const { path, isUnified } of hierarchies()) {
    let folder = path;
    for (const part of name.split('/').filter(Boolean)) {
      if (isUnified) delegate(folder);
      const parent = folder;
      folder = join(folder, part);
      mkdirSync(folder, { recursive: true });
      // Until it has these, a group of processors takes no process.
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        if (!isUnified && existsSync(join(folder, file)))
          writeFileSync(join(folder, file), readFileSync(join(parent, file)));
    }
  }
}

/** Removes a group everywhere, with those below it, which no process may be in any more; a no-op where it is gone. */
export function removeCgroup(name: string): void {
  for (const { path } of hierarchies()) removeBelow(join(path, name));
}

function removeBelow(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeBelow(join(folder, entry.name));
  rmdirSync(folder);
}

/** Lets the groups below have the controllers that this one has. */
function delegate(folder: string): void {
  const file = join(folder, 'cgroup.controllers');
  if (!existsSync(file)) return;
  for (const controller of readFileSync(file, 'utf8').trim().split(' ').filter(Boolean))
    try {
      writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // One that this kernel does not delegate; the kubelet says which it misses.
    }
}
