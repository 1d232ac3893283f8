import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { checkOutCommit } from '../../../activities/drivers/git';
import type { GitFailure } from '../../../activities/drivers/git/errors';
import { makeKey } from '../../../parts/host/ssh';
import { freePort } from '../../../parts/run/ports';
import { until } from '../fixtures';
import { commitAll, folderWith, git } from './fixture';

/** A repository with a submodule beside it, both behind one login. */
const group = folderWith({ 'lib/l.txt': 'library', 'shop/a.txt': 'a' });
commitAll(join(group, 'lib'));
git(join(group, 'shop'), 'init', '--quiet');
git(join(group, 'shop'), '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(group, 'lib'), 'lib');
const commitWith = (url: string) => {
  git(join(group, 'shop'), 'config', '-f', '.gitmodules', 'submodule.lib.url', url);
  return commitAll(join(group, 'shop'), url);
};
const failureOf = async (url: string, commit: string): Promise<GitFailure> =>
  await checkOutCommit({ url, commit }, folderWith({})).then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as GitFailure,
  );
const libraryOf = async (url: string, commit: string) =>
  readFileSync(join((await checkOutCommit({ url, commit }, folderWith({}))).folder, 'lib/l.txt'), 'utf8');

/** How the worker's git is set up, for as long as a test lasts. */
const set = (variables: Record<string, string>) => Object.assign(process.env, variables);
afterEach(() => {
  for (const name of ['GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_VALUE_0', 'GIT_SSH_COMMAND'])
    delete process.env[name];
});

describe('over HTTP, submodules are fetched with the credential helper of the worker', () => {
  const LOGIN = `Basic ${Buffer.from('worker:canary').toString('base64')}`;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.headers.authorization === LOGIN) return serve(request, response);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Git's own server, as a web server runs it. */
  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url!, url);
    const child = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: group,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('close', () => {
      const all = Buffer.concat(parts);
      const end = all.indexOf('\r\n\r\n');
      const headers = all.subarray(0, end).toString().split('\r\n');
      const status = Number(/^Status: (\d+)/m.exec(headers.join('\n'))?.[1] ?? 200);
      for (const line of headers)
        response.setHeader(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim());
      response.writeHead(status).end(all.subarray(end + 4));
    });
  }
  function give(password: string): void {
    const script = `!f() { echo username=worker; echo password=${password}; }; f`;
    set({
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: script,
    });
  }

  test.each([
    ['../lib', () => '../lib'],
    ['the whole address', () => `${url}/lib`],
  ])('%s', async (_, said) => {
    give('canary');
    expect(await libraryOf(`${url}/shop`, commitWith(said()))).toBe('library');
  });

  test('and are refused by path without it', async () => {
    give('canary');
    const other = createServer((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const commit = commitWith(`http://127.0.0.1:${(other.address() as AddressInfo).port}/lib`);
    const { failure, retry } = await failureOf(`${url}/shop`, commit);
    other.close();
    expect({ retry, kind: failure.kind }).toEqual({ retry: false, kind: 'unauthorised' });
    expect(failure.message).toMatch(/^lib: the submodule cannot be fetched: /);
    expect(failure.message).not.toContain('canary');
  });
});

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const hasSshd = existsSync('/usr/sbin/sshd') && process.getuid?.() === 0;
(hasSshd ? describe : describe.skip)('over SSH, submodules are fetched with the key of the worker', () => {
  const folder = folderWith({});
  let url: string;
  let pid: number;
  let [port, key] = [0, ''];
  beforeAll(async () => {
    port = await freePort();
    key = await makeKey(join(folder, 'worker'));
    await makeKey(join(folder, 'host'));
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const settings = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey "${folder}/host"`,
      `AuthorizedKeysFile "${key}.pub"`,
      'PidFile none',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'StrictModes no',
      'UsePAM no',
    ];
    writeFileSync(join(folder, 'config'), settings.join('\n'));
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' });
    pid = child.pid!;
    await until(() => isOpen(port));
    url = `ssh://${userInfo().username}@127.0.0.1:${port}${encodeURI(group)}`;
  });
  afterAll(() => void process.kill(pid));

  const useKey = (file: string) => {
    const known = join(folder, 'known_hosts');
    writeFileSync(known, `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`);
    set({
      GIT_SSH_COMMAND: `ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile='"${known}"' -i '${file}'`,
    });
  };

  test.each([
    ['../lib', () => '../lib'],
    ['the whole address', () => `${url}/lib`],
  ])('%s', async (_, said) => {
    useKey(key);
    expect(await libraryOf(`${url}/shop`, commitWith(said()))).toBe('library');
  });

  test('and without it nothing is', async () => {
    useKey(await makeKey(join(folder, 'another')));
    const { failure, retry } = await failureOf(`${url}/shop`, commitWith('../lib'));
    expect({ retry, kind: failure.kind }).toEqual({ retry: false, kind: 'unauthorised' });
  });
});
