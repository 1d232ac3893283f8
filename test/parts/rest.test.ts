import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** It is a module of its own, which jest does not load as one. */
function ask<T>(expression: string): T {
  const file = join(__dirname, '../setup/rest.mjs');
  const script = `import { judge, nextBatch, slowness } from ${JSON.stringify(file)}; console.log(JSON.stringify(${expression}))`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })) as T;
}
const FILES = JSON.stringify([
  { file: 'a', seconds: 100 },
  { file: 'b', seconds: 400 },
  { file: 'c', seconds: 200 },
]);

test('the longest files that end in time are next, one for each worker', () => {
  const next = (left: number) => ask<{ file: string }[]>(`nextBatch(${FILES}, ${left}, 2)`).map(({ file }) => file);
  expect([next(1_000), next(629), next(200), next(100)]).toEqual([['b', 'c'], ['c', 'a'], ['a'], []]);
});

test('a slow machine is expected to take longer, a fast one is not trusted', () => {
  const slow = (measured: object) => ask<number>(`slowness({ a: 10, b: 10 }, ${JSON.stringify(measured)})`);
  expect([slow({ a: 30, b: 10, c: 99 }), slow({ a: 1 }), slow({})]).toEqual([2, 1, 1]);
});

describe('what failed', () => {
  const whole = { passed: 9, failed: 1, broken: [], failures: ['failed: a: b: late'], failedChecks: [] as string[] };
  const judged = (one: object, again?: object) =>
    ask<{ ok: boolean; lines: string[] }>(`judge(${JSON.stringify(one)}, ${JSON.stringify(again) ?? 'undefined'})`);

  test('and passed alone is told, and holds nobody up', () => {
    const lines = ['failed once, and passed alone (repair it): a: b: late'];
    expect(judged(whole, { failed: 0 })).toEqual({ ok: true, lines });
  });

  test('twice, or was not run again, fails', () => {
    const failed = { ok: false, lines: ['failed: a: b: late'] };
    expect([judged(whole, { failed: 1 }), judged(whole)]).toEqual([failed, failed]);
  });

  test('beside the tests fails, whatever passed', () => {
    const unformatted = { ...whole, failedChecks: ['format'] };
    expect(judged(unformatted, { failed: 0 })).toMatchObject({ ok: false });
    expect(judged({ ...unformatted, failed: 0, failures: [] })).toEqual({
      ok: false,
      lines: ['failed, see above: format'],
    });
  });
});
