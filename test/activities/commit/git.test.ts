import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { checkOutCommit } from '../../../activities/drivers/git';
import type { GitFailure } from '../../../activities/drivers/git/errors';
import { addFiles, commitAll, folderWith, git } from '../source/fixture';

const failureOf = (url: string, commit: string) =>
  checkOutCommit({ url, commit }, folderWith({})).then(
    () => undefined,
    ({ failure, retry }: GitFailure) => ({ retry, ...failure }),
  );

describe('C2: symbolic links of a commit', () => {
  const commitWith = (links: Record<string, string>) => {
    const dir = folderWith({ 'in/a.txt': 'a' });
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(dir, path));
    return { dir, commit: commitAll(dir) };
  };

  test.each([
    ['to a whole path', { x: '/etc/passwd' }, 'x -> /etc/passwd'],
    ['to /proc', { x: '/proc/self/environ' }, 'x -> /proc/self/environ'],
    ['upwards', { 'in/x': '../../y' }, 'in/x -> ../../y'],
    ['through another one', { d: '..', x: 'd/y' }, 'd -> .., x -> d/y'],
  ])('C2: %s are refused at checkout, by their paths', async (_, links, told) => {
    const { dir, commit } = commitWith(links as unknown as Record<string, string>);
    expect(await failureOf(dir, commit)).toEqual({
      retry: false,
      kind: 'bad-link',
      message: `the commit has symbolic links that leave it: ${told}. Link to files in the commit, or commit the files themselves`,
    });
  });

  test('within it they stay what they are', async () => {
    const { dir, commit } = commitWith({ x: 'in/a.txt', d: 'in', 'in/up': '../x' });
    const { folder } = await checkOutCommit({ url: dir, commit }, folderWith({}));
    expect(readFileSync(join(folder, 'd/up'), 'utf8')).toBe('a');
  });
});

describe('M10: redirects of a git server', () => {
  const servers: { close(): void }[] = [];
  afterAll(() => servers.forEach((server) => server.close()));
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A repository as any web server has it, for git's plain protocol. */
  const work = folderWith({ 'a.txt': 'a' });
  const commit = commitAll(work);
  const bare = join(folderWith({}), 'shop.git');
  execFileSync('git', ['clone', '--quiet', '--bare', work, bare]);
  git(bare, 'update-server-info');
  const serveFiles: RequestListener = (request, response) => {
    const path = join(bare, '..', new URL(request.url!, 'http://x').pathname);
    if (existsSync(path)) response.end(readFileSync(path));
    else response.writeHead(404).end();
  };

  test('M10: to another host is refused with its name, and nobody asks there', async () => {
    const asked: string[] = [];
    const inner = await serve((request, response) => (asked.push(request.url!), response.end()));
    const outer = await serve((request, response) =>
      response.writeHead(302, { location: `${inner}${request.url}` }).end(),
    );
    const failure = await failureOf(`${outer.replace('://', '://u:hunter2@')}/shop.git?private_token=hunter3`, commit);
    expect(failure).toMatchObject({ retry: false, kind: 'redirected' });
    expect(failure!.message).toMatch(new RegExp(`^${outer}/shop.git redirects to ${inner}/shop.git`));
    expect(failure!.message).not.toMatch(/hunter/);
    expect(asked).toEqual([]);
  });

  test('to another path of the same host is followed', async () => {
    const server = await serve((request, response) =>
      request.url!.startsWith('/shop/')
        ? response.writeHead(301, { location: request.url!.replace('/shop/', '/shop.git/') }).end()
        : serveFiles(request, response),
    );
    const { folder } = await checkOutCommit({ url: `${server}/shop`, commit: commit }, folderWith({}));
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a');
  });

  test('M10: what an address logs in with is in no failure', async () => {
    const server = await serve((_, response) => response.writeHead(403).end());
    for (const login of ['robot:hunter2@', 'robot:hun%2Fter2@', ''])
      for (const query of ['', '?private_token=hunter2', '?access_token=hun%2Fter2&x=1']) {
        const failure = await failureOf(`${server.replace('://', `://${login}`)}/shop.git${query}`, commit);
        expect(failure!.message).toMatch(/^cannot fetch /);
        expect(failure!.message).not.toMatch(/robot|hun/);
      }
  });
});

/** A tree as no `git add` makes it: entries of [mode, name, object], in any order, of any names. */
function writeTree(dir: string, entries: [mode: string, name: string, id: string][]): string {
  const input = Buffer.concat(
    entries.map(([mode, name, id]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
  );
  return execFileSync('git', ['-C', dir, 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], { input })
    .toString()
    .trim();
}
const writeBlob = (dir: string, input: string | Buffer) =>
  execFileSync('git', ['-C', dir, 'hash-object', '-w', '--stdin'], { input }).toString().trim();
const commitTree = (dir: string, tree: string) => {
  const sha = git(dir, 'commit-tree', tree, '-m', 'made by hand');
  git(dir, 'update-ref', `refs/heads/${sha}`, sha);
  return sha;
};

describe('C2: a submodule is written into the checkout', () => {
  const inner = folderWith({ authorized_keys: 'a key' });
  const of = commitAll(inner);
  const dir = folderWith({});
  git(dir, 'init', '--quiet');

  test.each([
    ['out of it', (out: string) => out],
    ['within it', () => 'c'],
  ])('C2: and through no link, which leads %s', async (_, targetOf) => {
    const out = folderWith({});
    const said = `[submodule "x"]\n\tpath = a/b\n\turl = ${inner}\n`;
    const tree = writeTree(dir, [
      ['100644', '.gitmodules', writeBlob(dir, said)],
      // The same name twice: git writes the last, and lists the submodule below the first.
      ['40000', 'a', writeTree(dir, [['160000', 'b', of]])],
      ['120000', 'a', writeBlob(dir, targetOf(out))],
      ['40000', 'c', writeTree(dir, [['100644', 'd', writeBlob(dir, 'd')]])],
    ]);
    expect(await failureOf(dir, commitTree(dir, tree))).toEqual({
      retry: false,
      kind: 'bad-submodule',
      message: 'a/b: is a submodule below something that is no folder of the commit. Remove one of the two',
    });
    expect(readdirSync(out)).toEqual([]);
  });
});

describe('H2: a commit is no larger than the disk of a worker', () => {
  const dir = folderWith({});
  git(dir, 'init', '--quiet');
  /** Trees of ten entries each, which are one and the same. */
  function nested(id: string, mode: string, levels: number, of = dir): string {
    if (levels === 0) return id;
    const entries = Array.from({ length: 10 }, (_, at): [string, string, string] => [mode, `d${at}`, id]);
    return nested(writeTree(of, entries), '40000', levels - 1, of);
  }

  test('H2: files without end', async () => {
    const commit = commitTree(dir, nested(writeBlob(dir, 'x'), '100644', 9));
    expect(await failureOf(dir, commit)).toEqual({
      retry: false,
      kind: 'too-large',
      message: 'the commit has more than 500000 files, with its submodules. Release from a smaller repository',
    });
  });

  test('H2: a large file, again and again', async () => {
    const commit = commitTree(dir, nested(writeBlob(dir, Buffer.alloc(20 * 1024 * 1024)), '100644', 3));
    expect(await failureOf(dir, commit)).toMatchObject({ retry: false, kind: 'too-large', message: /10 GB/ });
  });

  test('H2: a submodule again and again, through others', async () => {
    const inner = folderWith({});
    git(inner, 'init', '--quiet');
    const of = commitTree(inner, nested(writeBlob(inner, 'x'), '100644', 4, inner));
    const names = Array.from({ length: 51 }, (_, at) => `s${at + 10}`);
    const said = names.map((name) => `[submodule "${name}"]\n\tpath = ${name}\n\turl = ${inner}\n`).join('');
    const tree = writeTree(dir, [
      ['100644', '.gitmodules', writeBlob(dir, said)],
      ...names.map((name): [string, string, string] => ['160000', name, of]),
    ]);
    expect(await failureOf(dir, commitTree(dir, tree))).toMatchObject({ retry: false, kind: 'too-large' });
  });
});

describe('what held', () => {
  test('a tree with .git in it, and one with a nested repository, run nothing', async () => {
    const dir = folderWith({ 'a.txt': 'a' });
    commitAll(dir);
    const inner = folderWith({ 'b.txt': 'b' });
    commitAll(inner);
    mkdirSync(join(dir, 'bare'));
    cpSync(join(inner, '.git'), join(dir, 'bare'), { recursive: true });
    addFiles(dir, { 'bare/config': `[core]\n\tfsmonitor = touch ${dir}/ran\n\tbare = true\n` });
    git(dir, 'add', '--all');
    git(dir, 'commit', '--quiet', '--message', 'nested');
    await checkOutCommit({ url: dir, commit: git(dir, 'rev-parse', 'HEAD') }, folderWith({}));
    expect(existsSync(join(dir, 'ran'))).toBe(false);
  });
});
