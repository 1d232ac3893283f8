import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scratchFolder } from './scratch';

const scratch = scratchFolder();
const write = (path: string) => {
  mkdirSync(dirname(join(scratch, path)), { recursive: true });
  writeFileSync(join(scratch, path), '');
};

test('a source that moved leaves no compiled file, and bundles stay', () => {
  for (const path of ['src/git/index.ts', 'dist/src/git/index.js', 'dist/src/git/index.js.map']) write(path);
  for (const path of [
    'dist/src/git.js',
    'dist/src/git.js.map',
    'dist/gone/a/b.js',
    'dist/.stamp',
    'dist/all.bundle.js',
  ])
    write(path);
  const url = pathToFileURL(join(__dirname, '../../parts/stale.mjs')).href;
  const script = `import(${JSON.stringify(url)}).then((made) => made.removeStale(process.argv[1], process.argv[2]))`;
  execFileSync(process.execPath, ['-e', script, scratch, join(scratch, 'dist')]);
  const there = (path: string) => existsSync(join(scratch, path));
  expect(['dist/src/git.js', 'dist/src/git.js.map', 'dist/gone'].filter(there)).toEqual([]);
  const kept = ['dist/src/git/index.js', 'dist/src/git/index.js.map', 'dist/.stamp', 'dist/all.bundle.js'];
  expect(kept.filter(there)).toEqual(kept);
});
