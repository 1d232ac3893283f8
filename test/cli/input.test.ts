import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseUntil } from '../../cli/commands/release/release';
import { requireAnswer } from '../../cli/commands/release/resolve';
import { findTarget } from '../../cli/commands/release/rollback';
import { findApproval, theOneThatWaits } from '../../cli/decision';
import { fingerprintOf, parseImages } from '../../cli/local/images';
import { findSource } from '../../cli/local/source';
import { who } from '../../cli/local/who';
import { findManifest, readProject, requireEnvironment } from '../../cli/project';
import type { Committed, EnvironmentState } from '../../src/model/environment/environment';
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
        '--image api: "shop/api:latest" has no digest. Expected REPOSITORY@sha256: and 64 hexadecimal digits',
        '--image jobs: given twice',
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
    process.env['TEMPORAL_ADDRESS'] = 'temporal.example.com:7233';
    const { folder, manifest, head } = repository();
    expect(await findSource({}, manifest)).toEqual({
      source: { url: folder, commit: head },
      notes: [expect.stringContaining('the worker must see it too')],
    });
    process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:7233';
    expect((await findSource({}, manifest)).notes).toEqual([]);
    delete process.env['TEMPORAL_ADDRESS'];
  });

  test('with an origin that git abbreviates here: its whole address', async () => {
    const { folder, manifest } = repository();
    git(folder, 'remote', 'add', 'origin', 'gh:org/shop');
    git(folder, 'config', 'url.https://git.example.com/.insteadOf', 'gh:');
    expect((await findSource({}, manifest)).source.url).toBe('https://git.example.com/org/shop');
  });

  test('what git refuses is told in its own words', async () => {
    const { folder, manifest } = repository();
    writeFileSync(join(folder, '.git/config'), '[core');
    await expect(findSource({}, manifest)).rejects.toThrow(/git says: .*bad config line/);
    const empty = temporaryFolder();
    await expect(findSource({}, join(empty, 'windlass.yaml'))).rejects.toThrow(/is not a git repository with a commit/);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('of another owner: what git says, and what to do', async () => {
    const { folder, manifest } = repository();
    for (const path of [folder, join(folder, '.git')]) chownSync(path, 4_711, 4_711);
    await expect(findSource({}, manifest)).rejects.toThrow(/dubious ownership[^]*safe\.directory/);
  });

  test('in a folder of the repository: that folder is the project', async () => {
    const { folder } = repository();
    mkdirSync(join(folder, 'apps/shop'), { recursive: true });
    const manifest = join(folder, 'apps/shop/windlass.yaml');
    writeFileSync(manifest, 'app: shop\n');
    await expect(findSource({}, manifest)).rejects.toThrow(/windlass.yaml is not in commit [0-9a-f]{10}/);
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', 'second');
    const head = git(folder, 'rev-parse', 'HEAD');
    expect(findManifest(join(folder, 'apps/shop'))).toBe('windlass.yaml');
    rmSync(join(folder, 'apps/shop/windlass.yaml'));
    expect(findManifest(join(folder, 'apps/shop'))).toBe('../../windlass.yaml');
    git(folder, 'checkout', '--quiet', '--', '.');
    const source = { url: folder, commit: head, folder: 'apps/shop' };
    expect((await findSource({}, manifest)).source).toEqual(source);
    expect((await findSource({ commit: head.slice(0, 8) }, manifest)).source).toEqual(source);
    expect((await findSource({ source: folder }, manifest)).source).toEqual(source);
    expect((await findSource({ source: join(folder, 'apps/shop') }, 'windlass.yaml')).source).toEqual(source);
    const url = 'https://git.example.com/shop.git';
    expect((await findSource({ source: url, commit: head }, manifest)).source).toEqual({ ...source, url });
  });

  test('with origin: its URL, without the login that a CI job puts there', async () => {
    const { folder, manifest, head } = repository();
    git(folder, 'remote', 'add', 'origin', 'https://ci:token@git.example.com/shop.git');
    const { source, notes } = await findSource({}, manifest);
    expect(source).toEqual({ url: 'https://git.example.com/shop.git', commit: head });
    expect(notes).toEqual([expect.stringContaining('Push it'), expect.stringContaining('login')]);
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
    expect((await findSource({}, manifest)).notes[0]).toMatch(/^Not committed, so not in this release: windlass.yaml/);
  });

  const url = 'https://git.example.com/shop.git';
  test.each([
    [{ source: url }, 'its commit is unknown'],
    [{ source: url, commit: 'main' }, '--commit: "main" is not a full commit id. Expected 40 hexadecimal digits.'],
    [{ commit: 'nowhere' }, 'does not know "nowhere"'],
    [{}, 'is not a git repository with a commit'],
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
    ['no file', () => '/nowhere.yaml', 'no such file'],
    ['no YAML', () => manifest(TEXT), 'Cannot read'],
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
    ['another environment', waiting, 'staging', 'is waiting for a decision about production, not staging'],
    ['none', fx.release([fx.stage('build', 0)]), undefined, 'is not waiting for approval (stage: build)'],
    ['none any more', fx.release([], { status: 'done' }), undefined, 'is not waiting for approval (ended: done)'],
  ])('%s is refused', (_, progress, environment, message) => {
    expect(() => findApproval(progress, environment)).toThrow(message);
  });

  test('without a name: the one that waits, and with several the command for each', () => {
    const building = fx.release([fx.stage('build', 0)], { release: '0000000001' });
    const other = { ...waiting, release: '0000000002' };
    expect(theOneThatWaits([building, waiting], 'shop', 'approve')).toBe(waiting);
    expect(() => theOneThatWaits([building], 'shop', 'approve')).toThrow('No release of shop is waiting for approval');
    expect(() => theOneThatWaits([waiting], 'shop', 'approve', 'staging')).toThrow('waiting for approval for staging');
    expect(() => theOneThatWaits([waiting, other], 'shop', 'approve')).toThrow(
      expect.objectContaining({ next: expect.stringContaining('windlass approve 0000000002 production') }),
    );
  });
});

test('an answer that the question does not have is refused with those that it has', () => {
  const question = { step: fx.SWITCH, failure: fx.failure, answers: { retry: 'once more' }, of: [] };
  expect(requireAnswer(fx.rollout({}, { question }), 'retry')).toBe(question);
  expect(() => requireAnswer(fx.rollout({}, { question }), 'rollback')).toThrow(
    /rollback: is not an answer .*\nretry: once more/s,
  );
  expect(() => requireAnswer(fx.rollout({}), 'retry')).toThrow('has no question for an operator');
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
    ['nowhere', undefined, undefined, 'shop production: has no earlier release to return to.'],
    ['only the current', { ...state, committed: [third] }, undefined, 'has no earlier release'],
    ['an unknown one', state, 'r9', 'cannot return to r9. Expected one of r2, r1.'],
  ])('%s is refused', (_, where, release, message) => {
    expect(() => findTarget(where, 'shop production', release)).toThrow(message);
  });
});
