/** The import rule of docs/architecture.md section 6, read from the files themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOT = join(__dirname, '..');

const [NONE, ANY] = [/^$/, /./];
const SRC = ['src/model', 'src/manifest', 'src/compose', 'src/plan', 'src/policy'];

const PRODUCT = [...SRC, 'workflows', 'activities', 'activities/drivers', 'cli', 'cli/worker', 'parts'];
const LAB = { values: [...PRODUCT, 'lab'], packages: ANY };

/** Every floor, and what it may import beside itself: as values, and as types only. A file's floor is the longest name. */
const FLOORS: Record<string, { values: string[]; types?: string[]; packages: RegExp }> = {
  'src/model': { values: [], packages: NONE },
  'src/manifest': { values: ['src/model'], packages: /^(zod|yaml)$/ },
  'src/compose': { values: ['src/model'], packages: /^(zod|yaml)$/ },
  'src/policy': { values: ['src/model', 'src/manifest'], packages: /^(zod|yaml)$/ },
  'src/plan': { values: ['src/model'], types: ['src/manifest'], packages: NONE },
  workflows: {
    values: ['src/model', 'src/plan'],
    types: ['activities', 'src/manifest'],
    packages: /^@temporalio\/(workflow|common)$/,
  },
  // An error says itself whether it can be mended: a type of Temporal's, so that every retry policy knows it.
  'activities/drivers': { values: ['src/model'], packages: /^(?!@temporalio)|^@temporalio\/common$/ },
  activities: { values: [...SRC, 'activities/drivers'], packages: ANY },
  cli: { values: [...SRC, 'workflows', 'activities', 'parts', 'cli/worker'], packages: ANY },
  'cli/worker': { values: [...SRC, 'workflows', 'activities', 'activities/drivers', 'cli'], packages: ANY },
  parts: { values: [], packages: ANY },
  // The test bed; demo, bench, campaign and chaos stand on it, and none on another.
  lab: { values: PRODUCT, packages: ANY },
  ...Object.fromEntries(['demo', 'bench', 'campaign', 'chaos'].map((name) => [`lab/${name}`, LAB])),
  // Tests play samples of the chaos campaign; of the rest of the lab they take the test bed alone.
  test: { values: [...PRODUCT, 'lab', 'lab/chaos'], packages: ANY },
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
  // This file holds examples of imports.
  const files = tops.flatMap(filesBelow).filter((path) => !path.endsWith('architecture.test.ts'));
  const problems = files.flatMap((path) =>
    importsOf(readFileSync(join(ROOT, path), 'utf8')).flatMap((one) => problemOf(path, one) ?? []),
  );
  expect(problems).toEqual([]);
});

test('every file belongs to a floor', () => {
  expect(['src', 'activities'].flatMap(filesBelow).filter((path) => !floorOf(path))).toEqual([]);
});

describe.each([['activities'], ['src/plan']])('%s', (floor) => {
  const kinds = readdirSync(join(ROOT, floor, 'targets'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test.each(kinds)('reaches what is private to targets of kind %s only through the registry', (kind) => {
    const isPrivate = (path: string) => path.startsWith(`${floor}/targets/${kind}/`);
    const shared = filesBelow(floor).filter((path) => !isPrivate(path) && path !== `${floor}/targets/index.ts`);
    const reaching = shared.flatMap((path) =>
      importsOf(readFileSync(join(ROOT, path), 'utf8'))
        .filter(
          ({ from }) =>
            from.includes(`targets/${kind}`) ||
            (path.startsWith(`${floor}/targets/`) && `${from}/`.includes(`./${kind}/`)),
        )
        .map(({ from }) => `${path}: ${from}`),
    );
    expect(reaching).toEqual([]);
  });
});

test('what is private to a kind of proxy is reached only through the registry', () => {
  const kind = /(?:drivers\/proxy|\.)\/(?:traefik|nginx)\//;
  const isShared = (path: string) => !/drivers\/proxy\/(?:traefik|nginx)\/|drivers\/proxy\/dialects\.ts$/.test(path);
  const reaching = ['activities', 'src', 'cli', 'workflows']
    .flatMap(filesBelow)
    .filter(isShared)
    .flatMap((path) =>
      importsOf(readFileSync(join(ROOT, path), 'utf8'))
        .filter(({ from }) => kind.test(from))
        .map(({ from }) => `${path}: ${from}`),
    );
  expect(reaching).toEqual([]);
});

/** What is asked of a strategy or a target is a trait or an operation, so that one more needs no change elsewhere. */
describe('shared code asks for no name', () => {
  const NAMES = ['blue-green', 'recreate', 'rolling', 'canary', 'docker'];
  const asks = new RegExp(`(?:[!=]==\\s*|\\bcase )'(?:${NAMES.join('|')})'|'(?:${NAMES.join('|')})'\\s*[!=]==`);
  const isOwn = (path: string) => /^(src\/plan\/strategies|(src\/plan|activities)\/targets\/docker)\//.test(path);

  test('of a strategy or a kind of target', () => {
    const files = ['src', 'workflows', 'activities', 'cli'].flatMap(filesBelow).filter((path) => !isOwn(path));
    const asking = files.flatMap((path) =>
      readFileSync(join(ROOT, path), 'utf8')
        .split('\n')
        .flatMap((line) => (asks.test(line) ? [`${path}: ${line.trim()}`] : [])),
    );
    expect(asking).toEqual([]);
  });

  test('of a verification', () => {
    const asking = /\.kind [!=]== '(?:http|run)'/;
    const files = ['src', 'workflows', 'activities', 'cli'].flatMap(filesBelow);
    expect(files.filter((path) => asking.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  test.each([`if (strategy.kind === 'canary') return;`, `case 'docker':`, `'recreate' !== plan.strategy`])(
    'as %s does',
    (line) => expect(asks.test(line)).toBe(true),
  );
});

test('src is pure: no clock, no chance, no locale', () => {
  const impure =
    /\blocaleCompare\(|\btoLocale\w+\(|\bIntl\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.|\bsetTimeout\(/;
  expect(filesBelow('src').filter((path) => impure.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
});

test('a workflow hears signals and updates through one reader, and sets handlers of queries alone', () => {
  const others = filesBelow('workflows').flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/setHandler\(\s*(\S+),/g)].map(
      ([, what]) => `${path}: ${what}`,
    ),
  );
  const isQuery = (line: string) => /(Progress|State)$/.test(line);
  expect(others.filter((line) => !isQuery(line) && !line.startsWith('workflows/shared/hear.ts'))).toEqual([]);
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
    ['lab/chaos/play.ts', `import { TestBed } from '../test-bed';`],
    ['test/e2e/a.ts', `import { TestBed } from '../../lab/test-bed';`],
  ])('%s may: %s', (path, text) => expect(check(path, text)).toEqual([undefined]));

  test.each([
    ['src/model/a.ts', `import { z } from 'zod';`],
    ['src/plan/a.ts', `import { kinds } from '../manifest/kinds';`],
    ['workflows/a.ts', `import { readFile } from 'node:fs';`],
    ['workflows/a.ts', `import {\n  type A,\n  b,\n} from '../activities/types';`],
    ['activities/drivers/git/a.ts', `import { plan } from '../../../src/plan/plan-rollout';`],
    ['activities/a.ts', `export { x } from '../workflows/messages';`],
    ['cli/commands/release/plan.ts', `await import('../../../activities/drivers/git/git');`],
    ['lab/traffic/load.ts', `import { say } from '../demo/demo';`],
    ['lab/chaos/play.ts', `import { stats } from '../bench/figures/stats';`],
    ['test/e2e/a.ts', `import { demo } from '../../lab/demo/demo';`],
    ['cli/main.ts', `import { Shop } from '../lab/shop';`],
    ['parts/a.ts', `import type { Release } from '../src/model/release';`],
  ])('%s may not: %s', (path, text) => expect(check(path, text)).toEqual([expect.stringContaining('imports')]));
});
