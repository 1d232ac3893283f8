import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { openContext } from '../../../activities/drivers/docker/build/context';
import { makeFolder } from '../fixtures';

const OPTIONS = { dockerfile: 'Dockerfile', mtime: new Date(1_700_000_000_000) };

async function entriesOf(folder: string, dockerfile = 'Dockerfile') {
  const entries = Readable.from([await buffer((await openContext(folder, { ...OPTIONS, dockerfile })).tar(true))]).pipe(
    extract(),
  );
  const found: Record<string, { mode: number; uid: number; mtime: number; type: string }> = {};
  for await (const entry of entries) {
    const { name, mode, uid, mtime, type } = entry.header;
    found[name.replace(/\/$/, '')] = { mode: mode!, uid: uid!, mtime: mtime!.getTime(), type: type! };
    entry.resume();
  }
  return found;
}

test('what is left out, what is kept in it, and what the engine wants anyway', async () => {
  const folder = makeFolder({
    Dockerfile: '',
    '.dockerignore': 'node_modules\n*.md\nsecret*\n!README.md\nvendor\n!vendor/keep/me.txt\nDockerfile\n**/*.tmp\n',
    'README.md': '',
    'OTHER.md': '',
    'secret.key': '',
    'node_modules/a/index.js': '',
    'vendor/drop.txt': '',
    'vendor/keep/me.txt': '',
    'vendor/keep/not-me.txt': '',
    'src/index.ts': '',
    'src/deep/x.tmp': '',
    '.git/config': '',
    'lib/.git/config': '',
  });
  expect(Object.keys(await entriesOf(folder)).sort()).toEqual(
    [
      '.',
      '.dockerignore',
      'Dockerfile',
      'README.md',
      'lib',
      'lib/.git',
      'lib/.git/config',
      'src',
      'src/deep',
      'src/index.ts',
      'vendor',
      'vendor/keep',
      'vendor/keep/me.txt',
    ].sort(),
  );
});

test('a Dockerfile of its own name has an ignore file of its own name', async () => {
  const folder = makeFolder({
    'ops/web.Dockerfile': '',
    'ops/web.Dockerfile.dockerignore': '*',
    '.dockerignore': '',
    'a.txt': '',
  });
  const found = Object.keys(await entriesOf(folder, 'ops/web.Dockerfile')).sort();
  expect(found).toEqual(['.', '.dockerignore', 'ops', 'ops/web.Dockerfile', 'ops/web.Dockerfile.dockerignore']);
});

test('the same bytes on every machine', async () => {
  const files = { Dockerfile: 'FROM scratch', 'b/run': 'x', 'a.txt': 'y' };
  const [one, other] = [makeFolder(files), makeFolder(files)];
  chmodSync(join(one, 'b/run'), 0o700);
  chmodSync(join(other, 'b/run'), 0o775);
  chmodSync(join(other, 'a.txt'), 0o600);
  for (const folder of [one, other]) symlinkSync('a.txt', join(folder, 'link'));
  const [first, second] = await Promise.all(
    [one, other].map(async (folder) => buffer((await openContext(folder, OPTIONS)).tar(true))),
  );
  expect(first!.equals(second!)).toBe(true);
  expect(await entriesOf(one)).toMatchObject({
    'a.txt': { mode: 0o644, uid: 0, mtime: 1_700_000_000_000 },
    'b/run': { mode: 0o755 },
    link: { type: 'symlink' },
  });
});
