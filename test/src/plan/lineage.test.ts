import type { ReleaseRecord } from '../../../src/manifest/record/record';
import { repositoryOf } from '../../../src/plan/lineage';
import { planRollout } from '../../../src/plan/plan-rollout';
import type { PlanningInput } from '../../../src/plan/planning';
import { environment, planning, record, service } from './fixtures';

test.each([
  ['git@git.example:team/shop.git', 'git.example/team/shop'],
  ['ssh://git@GIT.example:2222/team/shop', 'git.example/team/shop'],
  ['https://git.example/team/shop.git/', 'git.example/team/shop'],
  ['https://git.example/team/Shop', 'git.example/team/Shop'],
  ['/srv/git/shop.git', '/srv/git/shop'],
  ['file:///srv/git/shop', '/srv/git/shop'],
])('the repository of %s is %s', (url, repository) => {
  expect(repositoryOf({ url, commit: 'a' })).toBe(repository);
});

const from = (url: string, release: string, more: Partial<ReleaseRecord> = {}, operators: string[] = []) => ({
  ...record(release, environment([service('web')], { operators })),
  source: { url, commit: release },
  ...more,
});
const OLD = 'https://git.example/team/shop.git';
const NEW = 'https://git.example/other/shop.git';
const warnings = (input: Partial<PlanningInput>) => planRollout(planning(input)).warnings;

describe('a release of another repository', () => {
  const current = from(OLD, 'aaa');
  const what = 'the repository is git.example/other/shop, but aaa in production came from git.example/team/shop';

  it('is refused until somebody says so, and the plan says it', () => {
    expect(() => warnings({ current, wanted: from(NEW, 'bbb') })).toThrow(
      `${what}. If two applications have the same app:, rename one. If the repository has moved, release it with --accept-repository`,
    );
    expect(warnings({ current, wanted: from(NEW, 'bbb', { acceptsRepository: true }) })).toEqual([
      `${what}; accepted by ci@example.com`,
    ]);
  });

  it('is accepted by an operator of what runs alone', () => {
    const theirs = from(OLD, 'aaa', {}, ['ops@example.com']);
    const wanted = from(NEW, 'bbb', { acceptsRepository: true }, ['ci@example.com']);
    expect(() => warnings({ current: theirs, wanted })).toThrow(
      'the repository is git.example/other/shop, but aaa in production came from git.example/team/shop. If two applications have the same app:, rename one. If the repository has moved, one of ops@example.com may release it with --accept-repository',
    );
    expect(warnings({ current: theirs, wanted: { ...wanted, startedBy: 'ops@example.com' } })).toEqual([
      expect.stringContaining('the operators change'),
      expect.stringContaining('accepted by ops@example.com'),
    ]);
  });

  it('is no other where only the address is written in another way, or it is gone back to', () => {
    expect(warnings({ current, wanted: from('git@git.example:team/shop', 'bbb') })).toEqual([]);
    expect(warnings({ kind: 'rollback', current, wanted: from(NEW, 'bbb') })).toEqual([]);
  });

  it('is another one in another folder of the same', () => {
    const wanted = from(OLD, 'bbb', { source: { url: OLD, commit: 'bbb', folder: 'apps/shop' } });
    expect(() => warnings({ current, wanted })).toThrow(
      'the repository is git.example/team/shop#apps/shop, but aaa in production came from git.example/team/shop. If two applications have the same app:, rename one. If the repository has moved, release it with --accept-repository',
    );
  });
});

describe('a commit that is an ancestor of what runs', () => {
  const current = from(OLD, 'bbb');
  const wanted = from(OLD, 'aaa');
  const what =
    'aaaaaaaaaa is an ancestor of bbbbbbbbbb, the current commit in production: later commits would be undone';

  it('is warned of, and refused where the environment wants the newest', () => {
    expect(warnings({ current, wanted, age: 'older' })).toEqual([what]);
    const strict = { ...wanted, environments: [environment([service('web')], { order: 'newest' as const })] };
    expect(() => warnings({ current, wanted: strict, age: 'older' })).toThrow(
      `${what}, and the environment has order: newest. To go back on purpose: windlass rollback production`,
    );
    expect(warnings({ current, wanted: strict })).toEqual([]);
  });

  it('may not be known to be one', () => {
    expect(warnings({ current, wanted, age: 'unknown' })).toEqual([expect.stringContaining('unknown whether')]);
  });

  it('is what a rollback is for', () => {
    expect(warnings({ kind: 'rollback', current, wanted, age: 'older' })).toEqual([]);
  });
});
