import type { Committed, EnvironmentState } from '../../../src/model/environment/environment';
import type { LedgerEntry } from '../../../src/model/ledger/ledger';
import { choose, committedIn, compareWithHosts, rebuild } from '../../../src/model/environment/recovery';

const entry = (more: Partial<LedgerEntry>): LedgerEntry => ({
  id: 'x',
  at: '2030-01-01T00:00:00Z',
  kind: 'rollout-ended',
  app: 'shop',
  environment: 'production',
  by: 'ci',
  what: '',
  ...more,
});
const on = (release: string | undefined, more: Partial<LedgerEntry> = {}) =>
  entry({ release, on: release === undefined ? '' : `sha256:${release}`, ...more });
const recordOf = (release: string) => ({
  app: 'shop',
  release,
  registry: { address: 'r' },
  digest: `sha256:${release}`,
});
const committed = (release: string): Committed => ({ release, record: recordOf(release), at: 'then', by: 'ci' });
const place = { app: 'shop', environment: 'production' };
const state = (...releases: string[]): EnvironmentState =>
  rebuild(place, [], { committed: releases.map(committed), operators: [] });
const seen = (served: string | undefined, ...running: string[]) => ({
  services: running.map((release) => ({
    host: 'local',
    service: 'web',
    container: `web-${release}`,
    release,
    image: '',
    state: 'running',
    health: 'healthy',
    restarts: 0,
    role: 'instance' as const,
  })),
  routes: [{ host: 'local', release: served }],
  unreached: [],
});

describe('what was committed, by the ledger', () => {
  const releases = (...entries: LedgerEntry[]) => committedIn(entries).map(({ release }) => release);

  test('newest first, each release once, as a rollback leaves it', () => {
    expect(releases(on('a'), on('c'), on('b'), on('a'))).toEqual(['a', 'c', 'b']);
  });

  test('what was undone was not', () => {
    expect(releases(entry({ release: 'b', what: 'back on a: unhealthy' }), on('a'))).toEqual(['a']);
  });

  test('entries of earlier versions say it in words', () => {
    const old = entry({ release: 'a', what: 'on a, was on nothing' });
    expect(releases(entry({ release: 'b', what: 'back on a: unhealthy' }), old)).toEqual(['a']);
  });

  test('nothing from before the environment was left', () => {
    expect(releases(on('b'), on(undefined), on('a'))).toEqual(['b']);
    expect(releases(on(undefined), on('a'))).toEqual([]);
  });
});

test('a freeze counts until it is thawed, an interruption until something has ended', () => {
  const made = { committed: [committed('a')], operators: ['ops'] };
  const frozen = entry({ kind: 'frozen', by: 'ops', reason: 'holidays' });
  const interrupted = entry({ kind: 'interrupted', what: 'its rollout ended without undoing' });
  expect(rebuild(place, [frozen, on('a')], made).frozen).toMatchObject({ by: 'ops', reason: 'holidays' });
  expect(rebuild(place, [entry({ kind: 'thawed' }), frozen], made).frozen).toBeUndefined();
  expect(rebuild(place, [interrupted, on('a')], made).interrupted).toBe('its rollout ended without undoing');
  expect(rebuild(place, [on('a'), interrupted], made).interrupted).toBeUndefined();
});

describe('the hosts', () => {
  test('have what the ledger says', () => {
    expect(compareWithHosts(state('b', 'a'), seen('b', 'b'), [])).toEqual({ state: state('b', 'a'), notes: [] });
  });

  test('have something else beside it: that is taken away first', () => {
    const { state: found, choices } = compareWithHosts(state('b', 'a'), seen('b', 'b', 'c'), [recordOf('c')]);
    expect(choices).toBeUndefined();
    expect(found).toMatchObject({ current: { release: 'b' }, interrupted: expect.any(String), left: recordOf('c') });
  });

  test.each([
    ['serve another release', seen('c', 'b', 'c')],
    ['run another one alone', seen('c', 'c')],
    ['serve another one, and run none', seen('c')],
  ])('%s: a person says which it is', (_, found) => {
    const rebuilt = compareWithHosts(state('b', 'a'), found, [recordOf('c')]);
    expect(rebuilt.choices!.map(({ release }) => release)).toEqual(['b', 'c']);
    expect(choose(rebuilt, 'c')).toMatchObject({
      current: { release: 'c' },
      committed: [{ release: 'c' }, { release: 'b' }, { release: 'a' }],
      left: { release: 'b' },
    });
    expect(choose(rebuilt, 'b')).toMatchObject({ current: { release: 'b' }, left: { release: 'c' } });
    expect(choose(rebuilt, 'a')).toBeUndefined();
  });

  test('run what nobody knows, or do not answer: that is said', () => {
    expect(compareWithHosts(state('b'), seen('b', 'b', 'x'), []).notes).toEqual([
      'x runs there, and the registry has no record of it',
    ]);
    const silent = { services: [], routes: [], unreached: [{ host: 'web-2', why: 'refused' }] };
    expect(compareWithHosts(state('b'), silent, []).notes).toEqual([
      'web-2 was not reached, so what runs there was not compared: refused',
    ]);
  });
});
