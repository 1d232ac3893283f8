import type { ObservedContainer } from '../../../src/model/observed';
import { planRollout } from '../../../src/plan/plan-rollout';
import { digest, environment, observed, planning, readPlan, record, running, service } from './fixtures';

const api = service('api', {
  dependsOn: [{ service: 'db', condition: 'healthy' }],
  before: [{ command: ['up'], undo: ['down'] }],
});
const db = (more: object = {}) =>
  service('db', {
    kind: 'accessory',
    container: {
      environment: {},
      mounts: [{ type: 'volume', volume: 'data', target: '/data' }],
      ports: [],
      expose: [],
    },
    ...more,
  });
const changed = (more: object = {}) => db({ image: `registry/shop/db@${digest('b')}`, ...more });
const accessory = (more: Partial<ObservedContainer> = {}) =>
  running('aaa', 'db', { role: 'accessory', name: 'windlass-shop-production-db', spec: 'old', ...more });
const kept = (more: Partial<ObservedContainer> = {}) =>
  accessory({
    role: 'kept',
    name: 'windlass-shop-production-db-before-bbb',
    state: 'exited',
    restart: { name: 'no' },
    ...more,
  });

const current = record('aaa', environment([api, db()], { routes: [] }));
const change = (more: Parameters<typeof planning>[0], wanted = changed()) =>
  planRollout(
    planning({
      wanted: record('bbb', environment([api, wanted], { routes: [] })),
      current,
      observed: observed([accessory(), running('aaa', 'api')], ['aaa']),
      accessorySpecs: { db: 'new' },
      ...more,
    }),
  );
const ofDb = (lines: string[]) => lines.filter((line) => line.includes('db') && !line.includes('pull'));

describe('an accessory that has changed', () => {
  it('is recreated after all that can fail before, and before what needs it; the way back is the former one', () => {
    expect(readPlan(change({})).slice(0, 6)).toEqual([
      'prepare: pull api on local | pull db on local',
      'prepare: create networks of bbb on local ↺ remove networks of bbb on local',
      'prepare: recreate accessory db on local ↺ restore accessory db on local',
      'prepare: run command of api #1 on local ↺ run command of api #1 (undo) on local',
      'prepare: start api bbb on local ↺ remove api bbb on local',
      'soak: watch instances on local',
    ]);
    expect(readPlan(change({}))).toContain('retire: discard the former accessory db on local');
  });

  it('says the outage, who has it, and what the way back costs', () => {
    expect(change({}).warnings).toEqual([
      'db will be recreated (image: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb). OUTAGE, at most 70 s: api of aaa cannot reach it until the new container is healthy. Its volumes stay. If the release goes back, so does db, with the same outage; data written in between stays',
    ]);
  });

  it('comes back with the restart policy that it had, and with that of its record when a terminated rollout took it', () => {
    const undoOf = (more: Partial<ObservedContainer>) =>
      change({ observed: observed([accessory(more)]) })
        .phases.flatMap(({ batches }) => batches.flat())
        .find(({ operation }) => operation.name === 'recreateAccessory')?.undo;
    expect(undoOf({ restart: { name: 'on-failure', times: 3 } })).toMatchObject({
      name: 'restoreAccessory',
      release: 'bbb',
      restart: { name: 'on-failure', times: 3 },
    });
    expect(undoOf({ restart: { name: 'no' } })).toMatchObject({ restart: { name: 'unless-stopped' } });
  });

  it('has no way back where the manifest says so, and asks instead', () => {
    const plan = change({}, changed({ irreversible: true }));
    expect(readPlan(plan)).toContain('prepare: recreate accessory db on local !');
    expect(plan.warnings[0]).toMatch(/This cannot be undone: a later failure asks an operator$/);
  });

  it('goes back with a rollback, from the record; one that cannot be undone stays, and that is said', () => {
    const back = (more: Partial<ObservedContainer>) =>
      planRollout(
        planning({
          kind: 'rollback',
          wanted: current,
          current: record('bbb', environment([api, changed()], { routes: [] })),
          observed: observed([accessory({ release: 'bbb', spec: 'new', ...more })]),
          accessorySpecs: { db: 'old' },
        }),
      );
    expect(ofDb(readPlan(back({})))).toEqual([
      'prepare: recreate accessory db on local ↺ restore accessory db on local',
      'retire: discard the former accessory db on local',
    ]);
    const stays = back({ irreversible: true });
    expect(ofDb(readPlan(stays))).toEqual(['prepare: start accessory db on local']);
    expect(stays.warnings).toContainEqual(
      expect.stringMatching(/^db: is kept, because its change was declared irreversible/),
    );
  });

  it.each<[string, ObservedContainer[], string[]]>([
    [
      'before it was made',
      [kept()],
      ['prepare: restore accessory db on local', 'prepare: start accessory db on local'],
    ],
    [
      'after it was made',
      [kept(), accessory({ release: 'bbb', spec: 'new' })],
      ['prepare: restore accessory db on local', 'prepare: start accessory db on local'],
    ],
    [
      'before it was put aside',
      [accessory({ state: 'exited', restart: { name: 'no' } })],
      ['prepare: start accessory db on local'],
    ],
  ])('is put back when its rollout was terminated %s', (_, containers, expected) => {
    const plan = planRollout(
      planning({
        kind: 'restore',
        wanted: current,
        current,
        observed: observed(containers),
        accessorySpecs: { db: 'old' },
      }),
    );
    expect(ofDb(readPlan(plan)).filter((line) => line.startsWith('prepare'))).toEqual(expected);
    expect(ofDb(readPlan(plan)).some((line) => line.includes('↺'))).toBe(false);
  });

  it('is not recreated because another network uses it', () => {
    expect(ofDb(readPlan(change({ accessorySpecs: { db: 'old' } })))).toEqual(['prepare: start accessory db on local']);
  });
});
