import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutCommit } from '../../../activities/drivers/git';
import type { GitFailure } from '../../../activities/drivers/git/errors';
import { resolveAddress } from '../../../activities/drivers/git/submodules';
import { addFiles, commitAll, folderWith, git } from './fixture';

const failureOf = (url: string, commit: string, cache: string) =>
  checkOutCommit({ url, commit }, cache).then(
    () => undefined,
    ({ failure, retry }: GitFailure) => ({ retry, ...failure }),
  );

const cache = folderWith({});

/** Adds another repository as a submodule; git itself wants to be allowed to take a path. */
function addSubmodule(dir: string, url: string, path: string): void {
  git(dir, 'init', '--quiet');
  git(dir, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', url, path);
}

/** Rewrites what the commit says of a submodule's address. */
function readdress(dir: string, path: string, url: string): string {
  git(dir, 'config', '-f', '.gitmodules', `submodule.${path}.url`, url);
  return commitAll(dir, 'another address');
}

describe('a commit with submodules', () => {
  const deep = folderWith({ 'deep.txt': 'deep' });
  commitAll(deep);
  const library = folderWith({ 'lib.txt': 'library' });
  addSubmodule(library, deep, 'vendor/deep');
  commitAll(library);
  const dir = folderWith({ 'a.txt': 'a' });
  addSubmodule(dir, library, 'lib');
  const commit = commitAll(dir);

  test('has their files, and those of their own submodules', async () => {
    const { folder } = await checkOutCommit({ url: dir, commit }, cache);
    expect(readFileSync(join(folder, 'lib/lib.txt'), 'utf8')).toBe('library');
    expect(readFileSync(join(folder, 'lib/vendor/deep/deep.txt'), 'utf8')).toBe('deep');
    expect(existsSync(join(folder, 'lib/.git'))).toBe(false);
  });

  test('has the commit that it names, not the newest', async () => {
    const moved = folderWith({ 'x.txt': 'old' });
    commitAll(moved);
    const of = folderWith({ 'a.txt': 'a' });
    addSubmodule(of, moved, 'sub');
    const sha = commitAll(of);
    addFiles(moved, { 'x.txt': 'new' });
    commitAll(moved);
    const { folder } = await checkOutCommit({ url: of, commit: sha }, cache);
    expect(readFileSync(join(folder, 'sub/x.txt'), 'utf8')).toBe('old');
  });

  test('may give an address that begins where its own repository is', async () => {
    const group = folderWith({ 'shop/a.txt': 'a', 'tools/t.txt': 'tool' });
    commitAll(join(group, 'tools'));
    const shop = join(group, 'shop');
    addSubmodule(shop, join(group, 'tools'), 'tools');
    const sha = readdress(shop, 'tools', '../tools');
    const { folder } = await checkOutCommit({ url: shop, commit: sha }, cache);
    expect(readFileSync(join(folder, 'tools/t.txt'), 'utf8')).toBe('tool');
  });

  test.each([
    ['a program', 'ext::sh -c "touch here"', 'bad-source'],
    ['an option', '--upload-pack=touch', 'bad-source'],
    ['a helper', 'fd::7', 'bad-source'],
    ['a repository that is not there', '/nowhere/lib', 'no-such-repository'],
  ])('is refused by path where the address is %s', async (_, url, kind) => {
    const of = folderWith({ 'a.txt': 'a' });
    addSubmodule(of, deep, 'lib');
    const failure = await failureOf(of, readdress(of, 'lib', url), cache);
    expect(failure).toMatchObject({ retry: false, kind });
    expect(failure?.message).toMatch(/^lib: the submodule cannot be fetched: /);
  });

  test.each([
    ['https://git.example/team/shop.git', '../tools.git', 'https://git.example/team/tools.git'],
    ['https://git.example/team/shop', '../../other/tools', 'https://git.example/other/tools'],
    ['git@git.example:team/shop.git', '../tools.git', 'git@git.example:team/tools.git'],
    ['git@git.example:shop.git', '../tools.git', 'git@git.example:tools.git'],
    ['ssh://git@git.example:22/team/shop.git/', './sub', 'ssh://git@git.example:22/team/shop.git/sub'],
    ['/srv/git/shop', '../tools', '/srv/git/tools'],
    ['https://git.example/team/shop.git', 'git@other.example:a/b', 'git@other.example:a/b'],
  ])('of %s, %s is %s', (of, said, address) => {
    expect(resolveAddress(of, said)).toBe(address);
  });

  test.each([
    ['https://git.example/shop.git', '/srv/git/secret'],
    ['git@git.example:shop.git', 'file:///srv/git/secret'],
    ['https://git.example/shop.git', '../../../srv/git'],
  ])('of %s may not be %s', (of, said) => {
    expect(() => resolveAddress(of, said)).toThrow(/path on the worker's machine|leaves the server/);
  });

  test('is refused by path where nothing says what it is', async () => {
    const of = folderWith({ 'a.txt': 'a' });
    addSubmodule(of, deep, 'third party/lib');
    git(of, 'rm', '--quiet', '--cached', '.gitmodules');
    git(of, 'commit', '--quiet', '--message', 'without it');
    expect(await failureOf(of, git(of, 'rev-parse', 'HEAD'), cache)).toEqual({
      retry: false,
      kind: 'bad-submodule',
      message:
        'third party/lib: is a submodule without an entry in .gitmodules. ' +
        'Add it with git submodule add, or remove it: git rm --cached "third party/lib"',
    });
  });

  test('that contain each other without end are refused', async () => {
    let last = folderWith({ 'a.txt': 'a' });
    commitAll(last);
    for (let depth = 0; depth < 10; depth++) {
      const next = folderWith({ 'a.txt': String(depth) });
      addSubmodule(next, last, 's');
      commitAll(next);
      last = next;
    }
    const failure = await failureOf(last, git(last, 'rev-parse', 'HEAD'), cache);
    expect(failure).toMatchObject({ retry: false, kind: 'bad-submodule' });
    expect(failure?.message).toMatch(/^s(\/s){8}: is nested deeper than 8/);
  });
});

describe('a repository whose names are SHA-256', () => {
  const dir = folderWith({ 'a.txt': 'long names' });
  git(dir, 'init', '--quiet', '--object-format=sha256');
  const commit = commitAll(dir);

  test.each([
    ['whole', commit],
    ['short', commit.slice(0, 12)],
  ])('gives a commit by its %s name', async (_, name) => {
    expect(commit).toHaveLength(64);
    const { folder, commit: found } = await checkOutCommit({ url: dir, commit: name }, folderWith({}));
    expect(found.sha).toBe(commit);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('long names');
  });

  test('is told where a name of the other length is asked for', async () => {
    expect(await failureOf(dir, 'a'.repeat(40), cache)).toMatchObject({ retry: false });
  });
});
