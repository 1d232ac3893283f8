import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../lab/shop';
import { temporaryFolder } from '../setup/temporary';

/** A copy of the sources, in which one may write. */
function copyOfSources(): string {
  const folder = temporaryFolder();
  const copied = [
    'src',
    'workflows',
    'activities',
    'cli',
    'parts',
    'lab',
    'test',
    'types',
    'tsconfig.json',
    '.prettierrc.json',
  ];
  for (const name of copied) {
    const filter = (path: string) => !/\/(histories|results)$/.test(path);
    cpSync(join(root(), name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(root(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
const run = (folder: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root(), 'lab/new.mjs'), ...args], {
    env: { ...process.env, WINDLASS_ROOT: folder },
    encoding: 'utf8',
    stdio: 'pipe',
  });

/** The errors of the compiler, a line each, by file. */
function compile(folder: string): string[] {
  const compiler = join(root(), 'node_modules/typescript/bin/tsc');
  const args = [compiler, '--noEmit', '--pretty', 'false', '--project', 'tsconfig.json'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => /^\S+\(\d+,\d+\): error/.test(line))
    .sort();
}

/** The words with which a part fails that is not written yet. */
function whatFails(part: unknown): string {
  try {
    (part as () => void)();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it did not fail';
}

describe('npm run new', () => {
  let folder: string;
  beforeAll(() => void (folder = copyOfSources()));

  test('makes a verification and a strategy that compile, and whose tests are to be filled in', () => {
    const said = run(folder, 'verification', 'disk-space') + run(folder, 'strategy', 'ramped');
    for (const file of [
      'src/manifest/kinds.ts',
      'test/activities/rollout/verification-disk-space.test.ts',
      'lab/rounds.ts',
    ])
      expect(said).toContain(file);
    expect(compile(folder)).toEqual([]);
    const written = (file: string) => readFileSync(join(folder, file), 'utf8');
    expect(written('activities/verifications/disk-space.ts')).toContain('FILL IN');
    expect(written('src/manifest/kinds.ts')).toMatch(/\[httpVerification, runVerification, diskSpaceVerification\]/);
    expect(written('test/src/plan/strategy-ramped.test.ts')).toContain('FILL IN');
  });

  test('makes a target that compiles, and each of its parts says what is to be written there', async () => {
    run(folder, 'target', 'big-iron');
    expect(compile(folder)).toEqual([]);
    const load = (file: string) => import(join(folder, file)) as Promise<Record<string, unknown>>;
    const { bigIron } = await load('src/plan/targets/big-iron/index.ts');
    const { openBigIron } = await load('activities/targets/big-iron/index.ts');
    const driver = (openBigIron as (settings: object) => object)({});
    const parts = { ...(bigIron as object), ...driver, ...(driver as { operations: object }).operations };
    const said = Object.entries(parts).flatMap(([name, part]) => (name === 'operations' ? [] : [whatFails(part)]));
    const where = /^FILL IN in (src\/plan|activities)\/targets\/big-iron\/index\.ts: [a-z].{9,}/;
    expect(said.filter((words) => !where.test(words))).toEqual([]);
    const { openBed } = await load('test/targets/big-iron.ts');
    expect(whatFails(openBed)).toMatch(/^FILL IN in test\/targets\/big-iron\.ts: an empty target/);
  });

  test('a kind of target that is only named does not compile, where each of its places is missing', () => {
    const copy = copyOfSources();
    const model = join(copy, 'src/model/target.ts');
    const text = readFileSync(model, 'utf8');
    const named = text.replace(
      /^export type Target = ([\w |]+);/m,
      "export type Target = $1 | (BaseTarget & { kind: 'x' });",
    );
    expect(named).not.toBe(text);
    writeFileSync(model, named);
    const places = compile(copy).map((line) => /^(\S+?)\(.*'?\bx\b'?/.exec(line)?.[1] ?? line);
    expect(places).toEqual([
      'activities/targets/index.ts',
      'src/compose/answers/index.ts',
      'src/manifest/targets.ts',
      'src/model/host/target-words.ts',
      'src/plan/targets/index.ts',
      'test/model/kinds.ts',
      'test/targets/beds.ts',
    ]);
  });

  test.each([
    [['verification', 'run'], /activities\/verifications\/run\.ts exists\. Choose another name/],
    [['verification', 'Disk Space'], /usage: npm run new verification\|strategy\|target NAME/],
    [['pipeline', 'a'], /usage/],
  ])('%j is refused, and nothing is written', (args, says) => {
    expect(() => run(folder, ...args)).toThrow(says);
  });
});
