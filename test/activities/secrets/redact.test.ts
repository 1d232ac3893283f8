import { redact } from '../../../activities/secrets/redact';
import { SPELLINGS } from './spellings';

/** Signs that every language writes in its own way, and digits by which a leak is found, whatever became of the signs. */
const value = `pä$$ "w/rd?&\\=+<é>😀'${'x9k2m7q4'}`;
const hex = (text: string) => Buffer.from(text).toString('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret is struck out', () => {
  test.each(Object.entries(SPELLINGS))('%s', (_, spell) => {
    const text = spell(value);
    const left = redact(`before\n  ${text}\nafter`, [value]);
    expect(left).toMatch(/^before\s[\s\S]*\*\*\*[\s\S]*\safter$/);
    expect(left.replace(/before|after|\*/g, '').length).toBeLessThan(Math.max(20, text.length / 4));
    for (const trace of ['x9k2', 'm7q4', '4q7m', hex('x9k2'), hex('m7q4')])
      expect(left.toLowerCase()).not.toContain(trace);
  });

  test.each(Object.entries(SPELLINGS))('of letters and digits alone: %s', (_, spell) => {
    const plain = 'Tr0ub4dor-3-correct-horse-battery';
    expect(redact(`TOKEN=${spell(plain)}`, [plain]).length).toBeLessThan(24);
  });

  test('and nothing else is', () => {
    const log = [
      'GET /checkout 200 12 ms {"user":"anna","items":[1,2,3]}',
      'Error: connect ECONNREFUSED 10.0.0.7:5432\\n    at TCPConnectWrap (node:net:1605:16)',
      'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      'GET /caf%C3%A9?a=1&amp;b=2 \x1b[32mok\x1b[0m',
    ].join('\n');
    expect(redact(log, [value, 'correct-horse-battery', 'abc', ''])).toBe(log);
  });

  test('a key of many lines, whole or a line of it, in base64 too', () => {
    const line = (n: number) => base64(`${'key of somebody'.repeat(3)}${n}`).slice(0, 60);
    const key = ['-----BEGIN PRIVATE KEY-----', line(1), line(2), '-----END PRIVATE KEY-----'].join('\n');
    expect(redact(`at ${line(2)} end`, [key])).toBe('at *** end');
    expect(redact(JSON.stringify({ key }), [key])).toMatch(/^\{"key":"\*+"\}$/);
    expect(redact(base64(key), [key])).toMatch(/^.?.?\*\*\*.{0,4}$/);
  });

  test('the end of one, where the last lines of a log begin within it', () => {
    const token = 'correct-horse-battery-staple-q7x3';
    expect(redact('ple-q7x3\nstarted', [token])).toBe('***\nstarted');
    expect(redact('  y-sta\n  ple-q7x3\nstarted', [token])).toBe('  ***\nstarted');
    expect(redact(`${hex('e-q7x3')} is it`, [token])).toBe('*** is it');
    expect(redact('stable: q7x3', [token])).toBe('stable: q7x3');
  });

  test('several of them, one within the other, side by side', () => {
    const [one, other] = ['canary-token', 'canary-token-long'];
    expect(redact(`${other} ${one}, ${one.toUpperCase()}${other}`, [one, other])).toMatch(/^\*+ \*+, \*+$/);
  });

  test('a hundred lines of log in a moment', () => {
    const log = Array.from({ length: 100 }, (_, n) => `${n} ${'GET /a/long/path '.repeat(10)}`).join('\n');
    const began = process.cpuUsage();
    redact(log, [value, 'another-secret-of-this-application']);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });
});
