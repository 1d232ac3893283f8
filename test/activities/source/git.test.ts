import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutCommit } from '../../../activities/drivers/git';
import type { GitFailure } from '../../../activities/drivers/git/errors';
import { addFiles, commitAll, folderWith, git } from './fixture';

const failureOf = (url: string, commit: string, cache: string) =>
  checkOutCommit({ url, commit }, cache).then(
    () => undefined,
    ({ failure, retry }: GitFailure) => ({ retry, ...failure }),
  );

describe('a commit', () => {
  const dir = folderWith({
    'a.txt': 'committed',
    'sub/b.sh': '#!/bin/sh\n',
    '.gitignore': 'secret.env\n',
    'secret.env': 'A=1',
  });
  const commit = commitAll(dir, 'Say "hello" & <more>');
  const cache = folderWith({});

  test('is its files, whatever lies beside them', async () => {
    writeFileSync(join(dir, 'a.txt'), 'changed');
    const { folder, commit: found } = await checkOutCommit({ url: dir, commit }, cache);
    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'a.txt', 'sub']);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('committed');
    expect(found).toEqual({
      sha: commit,
      author: 'Dev <dev@example.com>',
      subject: 'Say "hello" & <more>',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('is fetched once, and stays when the repository is gone', async () => {
    const gone = folderWith({ 'a.txt': 'a' });
    const sha = commitAll(gone);
    const first = await checkOutCommit({ url: gone, commit: sha }, cache);
    rmSync(gone, { recursive: true });
    expect(await checkOutCommit({ url: gone, commit: sha }, cache)).toEqual(first);
  });

  test('is fetched by many at once', async () => {
    const fresh = folderWith({});
    const all = await Promise.all(
      Array.from({ length: 6 }, () => checkOutCommit({ url: `file://${dir}`, commit }, fresh)),
    );
    expect(new Set(all.map(({ folder }) => folder)).size).toBe(1);
    expect(readdirSync(join(fresh, 'checkouts'))).toHaveLength(1);
  });

  test('may be on no branch, may be short, and may come after another', async () => {
    const repository = folderWith({ 'a.txt': '1' });
    const first = commitAll(repository);
    addFiles(repository, { 'a.txt': '2' });
    git(repository, 'commit', '--quiet', '--all', '--message', 'second');
    const second = git(repository, 'rev-parse', 'HEAD');
    git(repository, 'reset', '--quiet', '--hard', first);
    const read = async (sha: string) =>
      readFileSync(join((await checkOutCommit({ url: repository, commit: sha }, cache)).folder, 'a.txt'), 'utf8');
    expect(await read(first.slice(0, 10))).toBe('1');
    expect(await read(second)).toBe('2');
    expect(await read(first)).toBe('1');
  });
});

describe('what is refused', () => {
  const cache = folderWith({});
  const sha = 'a'.repeat(40);

  test('a commit that is not there', async () => {
    const dir = folderWith({ a: '' });
    commitAll(dir);
    expect(await failureOf(dir, sha, cache)).toEqual({
      retry: false,
      kind: 'no-such-commit',
      message: `${dir} has no commit aaaaaaaaaa on a branch or tag. Push it, or check the sha`,
    });
  });

  test('a repository that is not there', async () => {
    expect(await failureOf('/nowhere/shop', sha, cache)).toMatchObject({ retry: false, kind: 'no-such-repository' });
  });

  test('a server that cannot be reached is tried again, and its login is not told', async () => {
    const failure = await failureOf('https://robot:hunter2@localhost:1/shop.git', sha, cache);
    expect(failure).toMatchObject({ retry: true, kind: 'git' });
    expect(failure?.message).toMatch(/^cannot fetch aaaaaaaaaa of https:\/\/localhost:1\/shop.git: git says: /);
    expect(failure?.message).not.toContain('hunter2');
  });

  test.each([
    ['an option', '--upload-pack=touch /tmp/x'],
    ['a program', 'ext::sh -c "touch here"'],
    ['a helper', 'fd::7'],
    ['a path from nowhere', './shop'],
    ['nothing', ''],
  ])('%s as address', async (_, url) => {
    expect(await failureOf(url, sha, cache)).toMatchObject({ retry: false, kind: 'bad-source' });
  });

  test.each(['HEAD', '--all', 'main', 'abc', `${sha} --exec`])('%s as commit', async (commit) => {
    expect(await failureOf(cache, commit, cache)).toMatchObject({ retry: false, kind: 'bad-commit' });
  });

  test('hooks and templates of the machine do not run', async () => {
    const dir = folderWith({ a: '' });
    const commit = commitAll(dir);
    const mark = join(cache, 'ran');
    mkdirSync(join(dir, '.git/hooks'), { recursive: true });
    writeFileSync(join(dir, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
    await checkOutCommit({ url: dir, commit }, cache);
    expect(existsSync(mark)).toBe(false);
  });
});
