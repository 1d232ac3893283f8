import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes compiled files whose source was moved or removed; the compiler leaves them. Node would prefer an old `git.js` to a
 * new `git/index.js`.
 */
export function removeStale(root, dist) {
  for (const entry of readdirSync(dist, { withFileTypes: true }))
    if (entry.isDirectory() && !entry.name.startsWith('.')) sweep(join(root, entry.name), join(dist, entry.name));
}

function sweep(sources, compiled) {
  if (!existsSync(sources)) return rmSync(compiled, { recursive: true });
  for (const entry of readdirSync(compiled, { withFileTypes: true })) {
    const path = join(compiled, entry.name);
    const source = join(sources, entry.name.replace(/\.js(\.map)?$/, '.ts'));
    if (entry.isDirectory()) sweep(join(sources, entry.name), path);
    else if (!existsSync(source)) rmSync(path);
  }
}
