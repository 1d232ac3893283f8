import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseUntil } from '../../cli/commands/release';
import { requireAnswer } from '../../cli/commands/resolve';
import { findTarget } from '../../cli/commands/rollback';
import { findApproval, wholePlan } from '../../cli/decision';
import { fingerprintOf, parseImages } from '../../cli/local/images';
import { findSource } from '../../cli/local/source';
import { who } from '../../cli/local/who';
import { readProject, requireEnvironment } from '../../cli/project';
import type { Committed, EnvironmentState } from '../../src/model/environment';
import * as fx from './fixtures';
import { temporaryFolder } from '../setup/temporary';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('--image', () => {
  test('service and digest', () => {
    expect(parseImages([`web=example.com:5000/shop/web@${DIGEST}`])).toEqual({
      web: `example.com:5000/shop/web@${DIGEST}`,
    });
    expect(parseImages([])).toBe(undefined);
  });

  test('all that is wrong is told at once', () => {
    const given = ['web', 'api=shop/api:latest', `jobs=shop/jobs@${DIGEST}`, `jobs=shop/jobs@${DIGEST}`];
    expect(() => parseImages(given)).toThrow(
      [
        '--image web: expected SERVICE=REPOSITORY@sha256:DIGEST',
        '--image api: "shop/api:latest" is not named by its digest. Expected REPOSITORY@sha256: and 64 hexadecimal digits',
        '--image jobs: is given twice',
      ].join('\n'),
    );
  });

  test('the order makes no other release', () => {
    expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }));
    expect(fingerprintOf({ a: '1', b: '2' })).not.toBe(fingerprintOf({ a: '2', b: '1' }));
    expect(fingerprintOf(undefined)).toBe(undefined);
  });
});

test.each([
  [undefined, undefined, 'done'],
  [undefined, 'true', 'awaiting-approval'],
  ['staged', 'true', 'staged'],
  ['done', 'true', 'done'],
])('--until %s where CI=%s: %s', (given, ci, until) => expect(parseUntil(given, ci)).toBe(until));

describe('the source', () => {
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.email=a@example.com', '-c', 'user.name=a', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const repository = () => {
    const folder = temporaryFolder();
    git(folder, 'init', '--quiet');
    writeFileSync(join(folder, 'windlass.yaml'), 'app: shop\n');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', 'first');
    return { folder, manifest: join(folder, 'windlass.yaml'), head: git(folder, 'rev-parse', 'HEAD') };
  };

  test('without origin: the path, which only this machine sees', async () => {
    const { folder, manifest, head } = repository();
    expect(await findSource({}, manifest)).toEqual({
      source: { url: folder, commit: head },
      notes: [expect.stringContaining('only where the worker sees it')],
    });
  });

  test('with origin: its URL, without the login that a CI job puts there', async () => {
    const { folder, manifest, head } = repository();
    git(folder, 'remote', 'add', 'origin', 'https://ci:token@git.example.com/shop.git');
    const { source, notes } = await findSource({}, manifest);
    expect(source).toEqual({ url: 'https://git.example.com/shop.git', commit: head });
    expect(notes).toEqual([expect.stringContaining('push it'), expect.stringContaining('login')]);
    expect(JSON.stringify(notes)).not.toContain('token');
  });

  test('a short commit is made whole, a branch is what it points to', async () => {
    const { folder, manifest, head } = repository();
    expect((await findSource({ commit: head.slice(0, 8) }, manifest)).source.commit).toBe(head);
    git(folder, 'branch', 'hotfix');
    expect((await findSource({ commit: 'hotfix' }, manifest)).source.commit).toBe(head);
  });

  test('what is not committed is told', async () => {
    const { folder, manifest } = repository();
    writeFileSync(join(folder, 'windlass.yaml'), 'app: other\n');
    expect((await findSource({}, manifest)).notes[0]).toContain('not committed');
  });

  const url = 'https://git.example.com/shop.git';
  test.each([
    [{ source: url }, 'its commit is not known'],
    [{ source: url, commit: 'main' }, '--commit: "main" is not a full commit id. Expected 40 hexadecimal digits.'],
    [{ commit: 'nowhere' }, 'does not know "nowhere"'],
    [{}, 'There is no git repository with a commit in'],
  ])('%j is refused: %s', async (options, message) => {
    await expect(findSource(options, join(temporaryFolder(), 'windlass.yaml'))).rejects.toThrow(message);
  });

  test('a URL with a full commit needs no repository here', async () => {
    const commit = 'c'.repeat(40);
    expect(await findSource({ source: url, commit }, '/nowhere/windlass.yaml')).toEqual({
      source: { url, commit },
      notes: [],
    });
  });
});

describe('the project', () => {
  const manifest = (text: string) => {
    const file = join(temporaryFolder(), 'windlass.yaml');
    writeFileSync(file, text);
    return file;
  };
  const TEXT = 'app: shop\nregistry: registry.example.com\nenvironments:\n  staging: {}\n  production: {}\nodd: [1\n';

  test('application, environments in their order, registry', async () => {
    const file = manifest(TEXT.replace('odd: [1\n', 'odd: here\n'));
    const environments = ['staging', 'production'];
    expect(await readProject({ file })).toEqual({
      app: 'shop',
      environments,
      registry: { address: 'registry.example.com' },
    });
  });

  test('--app goes without a manifest, and past one of another application', async () => {
    expect(await readProject({ app: 'other', file: '/nowhere.yaml' })).toEqual({ app: 'other' });
    expect(await readProject({ app: 'other', file: manifest('app: shop\n') })).toEqual({ app: 'other' });
  });

  test.each([
    ['no file', () => '/nowhere.yaml', 'is not there'],
    ['no YAML', () => manifest(TEXT), 'cannot be read'],
    ['no app', () => manifest('environments: {}\n'), 'app: is missing'],
  ])('%s is told', async (_, file, message) => {
    await expect(readProject({ file: file() })).rejects.toThrow(message);
  });

  test('a mistyped environment is refused where the manifest tells them', () => {
    expect(() => requireEnvironment({ app: 'shop', environments: ['staging', 'production'] }, 'prod')).toThrow(
      'shop has no environment "prod". Expected staging or production.',
    );
    expect(() => requireEnvironment({ app: 'shop' }, 'prod')).not.toThrow();
  });
});

describe('who', () => {
  const before = process.env['WINDLASS_USER'];
  afterEach(() => {
    if (before === undefined) delete process.env['WINDLASS_USER'];
    else process.env['WINDLASS_USER'] = before;
  });

  test('--by, else WINDLASS_USER, else somebody', async () => {
    process.env['WINDLASS_USER'] = 'ada@example.com';
    expect(await who({ by: 'bo@example.com' })).toBe('bo@example.com');
    expect(await who({})).toBe('ada@example.com');
    delete process.env['WINDLASS_USER'];
    expect(await who({})).toMatch(/.@./);
  });
});

describe('what is decided on', () => {
  const waiting = fx.release([fx.stage('approve production', 5)], { waitingFor: fx.approval });

  test('the approval that a release waits for', () => {
    expect(findApproval(waiting, undefined)).toBe(fx.approval);
    expect(findApproval(waiting, 'production')).toBe(fx.approval);
  });

  test.each([
    ['another environment', waiting, 'staging', 'waits for a decision on production, not on staging'],
    ['none', fx.release([fx.stage('build', 0)]), undefined, 'waits for no approval: it is at "build"'],
    ['none any more', fx.release([], { status: 'done' }), undefined, 'waits for no approval: it has ended (done)'],
  ])('%s is refused', (_, progress, environment, message) => {
    expect(() => findApproval(progress, environment)).toThrow(message);
  });

  test.each([
    [undefined, 'the current plan'],
    ['9f86d081884c', 'its first digits'],
    ['9f86', 'too few digits'],
    ['0000d081884c', 'another plan'],
  ])('--plan %s: %s', (given, what) => {
    const plan = `9f86d081884c${'0'.repeat(52)}`;
    expect(wholePlan(given, plan)).toBe(/current|first/.test(what) ? plan : given);
  });
});

test('an answer that the question does not have is refused with those that it has', () => {
  const question = { step: fx.SWITCH, failure: fx.failure, answers: { retry: 'once more' }, of: [] };
  expect(requireAnswer(fx.rollout({}, { question }), 'retry')).toBe(question);
  expect(() => requireAnswer(fx.rollout({}, { question }), 'rollback')).toThrow(
    /rollback is no answer .*\nretry: once more/s,
  );
  expect(() => requireAnswer(fx.rollout({}), 'retry')).toThrow('asks nothing of an operator');
});

describe('what is gone back to', () => {
  const committed = (release: string): Committed => ({
    release,
    record: { app: 'shop', release, registry: { address: 'r' }, digest: 'd' },
    at: '2026-11-23T12:00:00Z',
    by: 'ci',
  });
  const [third, second, first] = ['r3', 'r2', 'r1'].map(committed) as [Committed, Committed, Committed];
  const state: EnvironmentState = {
    app: 'shop',
    environment: 'production',
    current: third,
    committed: [third, second, first],
    queue: [],
    counter: 3,
  };

  test('the release before the current, or the one that is named', () => {
    expect(findTarget(state, 'shop production', undefined)).toBe(second);
    expect(findTarget(state, 'shop production', 'r1')).toBe(first);
  });

  test.each([
    ['nowhere', undefined, undefined, 'shop production has no earlier release to go back to.'],
    ['only the current', { ...state, committed: [third] }, undefined, 'has no earlier release'],
    ['an unknown one', state, 'r9', 'cannot go back to r9. Expected one of r2, r1.'],
  ])('%s is refused', (_, where, release, message) => {
    expect(() => findTarget(where, 'shop production', release)).toThrow(message);
  });
});
