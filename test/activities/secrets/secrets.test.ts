import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { redact, redactFailure, redactSaid } from '../../../activities/secrets/redact';
import { loginFor, SecretReader } from '../../../activities/secrets';
import type { SecretSource } from '../../../src/model/release';
import { failureOf, makeFolder } from '../fixtures';

const env = { TOKEN: 'canary-token', OTHER: 'x' };
const reader = () => new SecretReader(env);

test('from the environment of the worker, and from a file without its last newline', async () => {
  const file = `${makeFolder({ key: 'line 1\nline 2\n' })}/key`;
  expect(await reader().value({ env: 'TOKEN' }, 'token')).toBe('canary-token');
  expect(await reader().value({ file }, 'key')).toBe('line 1\nline 2');
});

test('an entry of an env file of the worker', async () => {
  const file = `${makeFolder({ 'shop.env': '# the shop\nA="x y"\nEMPTY=\nKEY=k#1 # why\n' })}/shop.env`;
  const of = (name: string) => reader().value({ entry: [file, name] }, name);
  expect(await Promise.all(['A', 'EMPTY', 'KEY'].map(of))).toEqual(['x y', '', 'k#1']);
  expect((await failureOf(of('NONE'))).message).toBe(
    `secret NONE: the worker's file ${file} has no entry NONE. Write NONE=… there`,
  );
  expect((await failureOf(reader().value({ entry: ['/none', 'A'] }, 'A'))).message).toMatch(
    /cannot read the file \/none/,
  );
});

test('what is missing is named by its reference', async () => {
  expect(await failureOf(reader().value({ env: 'NONE' }, 'db'))).toEqual({
    type: 'Permanent',
    kind: 'no-secret',
    message: "secret db: the worker has no variable NONE. Set it in the worker's environment and restart the worker",
  });
  expect((await failureOf(reader().value({ file: '/none/such' }, 'db'))).message).toMatch(
    /cannot read the file \/none\/such \(ENOENT\)/,
  );
  expect((await failureOf(reader().inText('{{secret:b}}', { a: { env: 'A' } }))).message).toBe(
    'secret b: is not declared. Expected one of: a',
  );
  const half = { address: 'reg.example/team', username: { env: 'TOKEN' } };
  expect((await failureOf(loginFor(half, reader()))).message).toMatch(
    /reg\.example\/team has a username but no password/,
  );
});

test('in texts, and in all texts of plain data', async () => {
  const sources = { t: { env: 'TOKEN' }, o: { env: 'OTHER' } };
  expect(await reader().inText('a {{secret:t}}/{{secret:o}} {{other}}', sources)).toBe('a canary-token/x {{other}}');
  const spec = { environment: { A: '{{secret:t}}' }, command: ['--x={{secret:o}}'], n: 1, none: undefined, yes: true };
  expect(await reader().inTexts(spec, sources)).toEqual({
    environment: { A: 'canary-token' },
    command: ['--x=x'],
    n: 1,
    yes: true,
  });
  const known = await reader().known({ ...sources, gone: { env: 'GONE' } });
  expect(known).toEqual({ values: ['canary-token', 'x'], unread: ['gone'] });
  expect(redactSaid('says canary-token', { ...known, unread: [] })).toBe('says ***');
  expect(redactSaid('says canary-token and more', known)).toMatch(/^\(withheld: it may contain gone, /);
});

test('the login of a registry', async () => {
  const access = { address: 'reg.example:5000/team', username: { env: 'OTHER' }, password: { env: 'TOKEN' } };
  expect(await loginFor(access, reader())).toEqual({
    username: 'x',
    password: 'canary-token',
    serveraddress: 'reg.example:5000',
  });
  expect(await loginFor({ address: 'reg.example' }, reader())).toBeUndefined();
});

describe('from a command', () => {
  /** A store of its own: `script` is run by sh, which is what may be run. */
  const storeOf = (script: string, allowed = 'vault,/bin/sh') => {
    const folder = makeFolder({ asked: '' });
    const asked = () => readFileSync(`${folder}/asked`, 'utf8').length;
    const exec = ['/bin/sh', '-c', `printf . >> "$0/asked"; ${script}`, folder, '$HOME `id`'];
    const variables = {
      ...env,
      PATH: process.env['PATH'],
      VAULT_TOKEN: 'login-0815',
      WINDLASS_SECRET_COMMANDS: allowed,
    };
    const read = (fresh?: boolean) => new SecretReader(variables, fresh).value({ exec }, 'db');
    return { folder, exec, variables, asked, read };
  };

  test('that is run without a shell of ours, with the environment of the worker, outside of every project', async () => {
    const { read } = storeOf('printf "%s %s %s\\n" "$1" "$TOKEN" "$(pwd)"');
    expect(await read()).toBe('$HOME `id` canary-token /');
  });

  test('once for all references, and for all activities of the same time, but again where it is asked for', async () => {
    const { exec, variables, asked, read, folder } = storeOf('cat "$0/value"');
    writeFileSync(`${folder}/value`, 'canary-1\n');
    const text = { a: '{{secret:db}}', b: ['{{secret:db}} {{secret:again}}'] };
    const sources: Record<string, SecretSource> = { db: { exec }, again: { exec } };
    expect(await new SecretReader(variables).inTexts(text, sources)).toEqual({
      a: 'canary-1',
      b: ['canary-1 canary-1'],
    });
    expect(await Promise.all([read(), read()])).toEqual(['canary-1', 'canary-1']);
    expect(asked()).toBe(1);
    writeFileSync(`${folder}/value`, 'canary-2\n');
    expect(await read(true)).toBe('canary-2');
    expect(await read()).toBe('canary-2');
    expect(asked()).toBe(2);
  });

  test.each([
    [
      'a failure, without what it has printed and what it logs in with',
      'echo canary-9; echo "much to say" >&2; echo "no: canary-9, login-0815" >&2; exit 3',
      /ended with exit status 3: no: \*\*\*, \*\*\*$/,
    ],
    ['silence', 'exit 0', /printed nothing$/],
  ])('%s is told', async (_, script, says) => {
    expect((await failureOf(storeOf(script).read())).message).toMatch(says);
  });

  test('one that failed is asked again', async () => {
    const { read, asked } = storeOf('exit 1');
    await failureOf(read());
    await failureOf(read());
    expect(asked()).toBe(2);
  });

  test('one that waits is ended, with what it has started', async () => {
    const { read, folder } = storeOf('sleep 14 & echo $! > "$0/child"; wait');
    expect((await failureOf(read())).message).toMatch(/within 10 s and was stopped\. Does it wait for a login\?/);
    const child = readFileSync(`${folder}/child`, 'utf8').trim();
    expect(existsSync(`/proc/${child}/cmdline`) && readFileSync(`/proc/${child}/cmdline`, 'utf8')).toBeFalsy();
  });

  test.each([
    ['nothing', undefined, 'WINDLASS_SECRET_COMMANDS=/bin/sh'],
    ['another program', 'op', 'WINDLASS_SECRET_COMMANDS=op,/bin/sh'],
  ])('is refused where the worker may run %s', async (_, allowed, setting) => {
    const { read, asked } = storeOf('echo canary', allowed ?? '');
    const { message } = await failureOf(read());
    expect(message).toBe(
      'secret db: the worker may not run /bin/sh, because anyone who commits windlass.yaml could pass it any arguments. To allow it, start the worker with ' +
        setting,
    );
    expect(asked()).toBe(0);
  });

  test('a program that is not there', async () => {
    const secrets = new SecretReader({ ...env, PATH: '/none', WINDLASS_SECRET_COMMANDS: 'op' });
    expect((await failureOf(secrets.value({ exec: ['op', 'read'] }, 'db'))).message).toBe(
      'secret db: the worker cannot run op (ENOENT). Install it where the worker runs',
    );
  });
});

describe('redact', () => {
  const secret = 'pä$$ "w/rd?&\\=+';

  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in a URL', encodeURIComponent(secret)],
    ['in a URL, in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ a: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 of URLs', Buffer.from(secret).toString('base64url')],
    ['in a Basic login', Buffer.from(`u:${secret}`).toString('base64')],
    ['in a Basic login of another length', Buffer.from(`us:${secret}xyz`).toString('base64')],
  ])('%s', (_, text) => {
    const left = redact(`before ${text} after`, [secret]);
    expect(left).toMatch(/^before .*\*\*\*.* after$/);
    expect(left).not.toContain(text);
    expect(Buffer.from(left.replace(/[^\w+/]/g, ''), 'base64').toString()).not.toContain(secret.slice(0, 6));
  });

  test('a value within a value, a key of many lines, and what is too short', () => {
    expect(redact('canary-token-long canary-token', ['canary-token', 'canary-token-long'])).toBe('*** ***');
    const key = '-----BEGIN-----\nMIIEabcdefgh\nab\n-----END KEY-----';
    expect(redact('| MIIEabcdefgh\n| ab', [key])).toBe('| ***\n| ab');
    expect(redact('abc is the abc', ['abc', ''])).toBe('abc is the abc');
  });

  test('a failure', () => {
    const failure = { message: 'bad canary-token', kind: 'x', lastLines: ['a', 'canary-token b'] };
    expect(redactFailure(failure, ['canary-token'])).toEqual({
      message: 'bad ***',
      kind: 'x',
      lastLines: ['a', '*** b'],
    });
  });
});
