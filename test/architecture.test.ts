/** The import rule of `design.md`, section 7, read from the files themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOT = join(__dirname, '..');

const [NONE, ANY] = [/^$/, /./];
const SRC = ['src/model', 'src/manifest', 'src/compose', 'src/plan'];

/** Every floor, and what it may import beside itself: as values, and as types only. A file's floor is the longest name. */
const FLOORS: Record<string, { values: string[]; types?: string[]; packages: RegExp }> = {
  'src/model': { values: [], packages: NONE },
  'src/manifest': { values: ['src/model'], packages: /^(zod|yaml)$/ },
  'src/compose': { values: ['src/model'], packages: /^(zod|yaml)$/ },
  'src/plan': { values: ['src/model'], types: ['src/manifest'], packages: NONE },
  workflows: { values: ['src/model', 'src/plan'], types: ['activities'], packages: /^@temporalio\/(workflow|common)$/ },
  // An error says itself whether it can be mended: a type of Temporal's, so that every retry policy knows it.
  'activities/drivers': { values: ['src/model'], packages: /^(?!@temporalio)|^@temporalio\/common$/ },
  activities: { values: [...SRC, 'activities/drivers'], packages: ANY },
  cli: { values: [...SRC, 'workflows', 'activities', 'parts', 'cli/worker'], packages: ANY },
  'cli/worker': { values: [...SRC, 'workflows', 'activities', 'activities/drivers', 'cli'], packages: ANY },
  parts: { values: [], packages: ANY },
};

interface Import {
  from: string;
  typesOnly: boolean;
}

const floorNames = Object.keys(FLOORS).sort((a, b) => b.length - a.length);
const floorOf = (path: string) =>
  floorNames.find((floor) => path === floor || path.startsWith(`${floor}/`) || path.startsWith(`${floor}.`));

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith('.ts') ? [path] : [];
  });

/** All that a text imports: statements, `import()`, `require()`, and `typeof import()`, which is a type. */
function importsOf(text: string): Import[] {
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?([\w$*{},\s]*?)\s*\bfrom\s+'([^']+)'/gm)];
  const calls = [...text.matchAll(/(typeof\s+)?\b(?:import|require)\(\s*['"]([^'"]+)['"]/g)];
  return [
    ...statements.map(([, type, names = '', from]) => ({ from: from!, typesOnly: Boolean(type) || areTypes(names) })),
    ...calls.map(([, type, from]) => ({ from: from!, typesOnly: Boolean(type) })),
  ];
}

/** `{ type A, type B }` */
function areTypes(names: string): boolean {
  const [, inBraces] = /^\s*\{([^}]*)\}\s*$/.exec(names) ?? [];
  return inBraces !== undefined && inBraces.split(',').every((name) => !name.trim() || name.trim().startsWith('type '));
}

/** What is wrong with an import of a file, if anything. */
function problemOf(path: string, { from, typesOnly }: Import): string | undefined {
  const own = floorOf(path)!;
  const { values, types = [], packages } = FLOORS[own]!;
  const allowed = [own, ...values, ...(typesOnly ? types : [])];
  if (!from.startsWith('.')) {
    if (typesOnly || packages.test(from)) return undefined;
    return `${path}: imports ${from}, but ${own} may import of packages only ${packages}`;
  }
  const target = floorOf(normalize(join(dirname(path), from)));
  if (target && allowed.includes(target)) return undefined;
  return `${path}: imports ${from}${typesOnly ? ' (types)' : ''}, but ${own} may import only ${allowed.join(', ')}`;
}

test('every import goes down', () => {
  const tops = [...new Set(floorNames.map((floor) => floor.split('/')[0]!))];
  const files = tops.flatMap(filesBelow);
  const problems = files.flatMap((path) =>
    importsOf(readFileSync(join(ROOT, path), 'utf8')).flatMap((one) => problemOf(path, one) ?? []),
  );
  expect(problems).toEqual([]);
});

test('every file belongs to a floor', () => {
  expect(['src', 'activities'].flatMap(filesBelow).filter((path) => !floorOf(path))).toEqual([]);
});

test('src is pure: no clock and no chance', () => {
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.|\bsetTimeout\(/;
  expect(filesBelow('src').filter((path) => impure.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
});

describe('the rule itself', () => {
  const check = (path: string, text: string) => importsOf(text).map((one) => problemOf(path, one)?.split(':')[1]);

  test.each([
    ['src/model/a.ts', `import { b } from './b';`],
    ['src/plan/a.ts', `import type { Kinds } from '../manifest/kinds';`],
    ['src/plan/a.ts', `import { type Kinds } from '../manifest/kinds';`],
    ['workflows/stages/a.ts', `import type * as activities from '../../activities/types';`],
    ['cli/worker.ts', `import { docker } from '../activities/drivers/docker/engine';`],
    ['cli/dev.ts', `const { startParts } = await import('../parts/start');`],
  ])('%s may: %s', (path, text) => expect(check(path, text)).toEqual([undefined]));

  test.each([
    ['src/model/a.ts', `import { z } from 'zod';`],
    ['src/plan/a.ts', `import { kinds } from '../manifest/kinds';`],
    ['workflows/a.ts', `import { readFile } from 'node:fs';`],
    ['workflows/a.ts', `import {\n  type A,\n  b,\n} from '../activities/types';`],
    ['activities/drivers/git/a.ts', `import { plan } from '../../../src/plan/planRollout';`],
    ['activities/a.ts', `export { x } from '../workflows/messages';`],
    ['cli/commands/plan.ts', `await import('../../activities/drivers/git/git');`],
    ['parts/a.ts', `import type { Release } from '../src/model/release';`],
  ])('%s may not: %s', (path, text) => expect(check(path, text)).toEqual([expect.stringContaining('imports')]));
});
