import { redact, redactFailure } from '../../activities/redact';
import { loginFor, resolveSecret, resolveText, resolveTexts, secretValues } from '../../activities/secrets';
import { makeFolder } from './fixtures';

const env = { TOKEN: 'canary-token', OTHER: 'x' };

test('from the environment of the worker, and from a file without its last newline', () => {
  const file = `${makeFolder({ key: 'line 1\nline 2\n' })}/key`;
  expect(resolveSecret({ env: 'TOKEN' }, 'token', env)).toBe('canary-token');
  expect(resolveSecret({ file }, 'key', env)).toBe('line 1\nline 2');
});

test('what is missing is named by its reference', () => {
  const failing = (deed: () => unknown) => {
    try {
      deed();
    } catch (error) {
      return error as Error & { type: string; nonRetryable: boolean };
    }
    throw new Error('it did not fail');
  };
  const missing = failing(() => resolveSecret({ env: 'NONE' }, 'db', env));
  expect(missing).toMatchObject({ type: 'Permanent', nonRetryable: true });
  expect(missing.message).toBe(
    'secret db: the worker has no variable NONE. Set it where the worker is started, and start it again',
  );
  expect(failing(() => resolveSecret({ file: '/none/such' }, 'db', env)).message).toMatch(
    /cannot read the file \/none\/such \(ENOENT\)/,
  );
  expect(failing(() => resolveText('{{secret:b}}', { a: { env: 'A' } }, env)).message).toBe(
    'secret b: no such secret is declared. Known: a',
  );
  const half = { address: 'reg.example/team', username: { env: 'TOKEN' } };
  expect(failing(() => loginFor(half, env)).message).toMatch(/reg\.example\/team has a username and no password/);
});

test('in texts, and in all texts of plain data', () => {
  const sources = { t: { env: 'TOKEN' }, o: { env: 'OTHER' } };
  expect(resolveText('a {{secret:t}}/{{secret:o}} {{other}}', sources, env)).toBe('a canary-token/x {{other}}');
  const spec = { environment: { A: '{{secret:t}}' }, command: ['--x={{secret:o}}'], n: 1, none: undefined, yes: true };
  expect(resolveTexts(spec, sources, env)).toEqual({
    environment: { A: 'canary-token' },
    command: ['--x=x'],
    n: 1,
    yes: true,
  });
  expect(secretValues({ ...sources, gone: { env: 'GONE' } }, env)).toEqual(['canary-token', 'x']);
});

test('the login of a registry', () => {
  const access = { address: 'reg.example:5000/team', username: { env: 'OTHER' }, password: { env: 'TOKEN' } };
  expect(loginFor(access, env)).toEqual({ username: 'x', password: 'canary-token', serveraddress: 'reg.example:5000' });
  expect(loginFor({ address: 'reg.example' }, env)).toBeUndefined();
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
