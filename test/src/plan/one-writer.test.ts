import type { Mount } from '../../../src/model/container/container';
import type { ComposeContainer, ObservedContainer } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import type { Writer } from '../../../src/model/environment/writer';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { PlanningInput } from '../../../src/plan/planning';
import { planRollout } from '../../../src/plan/plan-rollout';
import { composed, environment, observed, planning, readPlan, record, running, service } from './fixtures';

const DATA: Mount = { type: 'volume', volume: 'data', target: '/data' };
const keeper = (name: string, more: Partial<Service> = {}) =>
  service(name, { container: { environment: {}, ports: [], expose: [], mounts: [DATA] }, ...more });
const accessory = (name: string) => keeper(name, { kind: 'accessory' });
const released = (name: string, more: Partial<Service> = {}) => keeper(name, { shared: ['data'], ...more });
const recreate: Partial<EnvironmentRecord> = { strategy: { kind: 'recreate' } };

const own = (name: string) =>
  running('aaa', name, { role: 'accessory', name: `windlass-shop-production-${name}`, spec: 's' });
const writer = (one: ObservedContainer, more: Partial<Writer> = {}): Writer => ({
  id: one.id,
  name: one.name,
  stores: ['shop_data'],
  state: one.state,
  restart: one.restart,
  own: { role: one.role === 'kept' ? 'kept' : one.role, service: one.service, release: one.release },
  ...more,
});

/** From `before`, which runs, to `after`; the lines of a plan that start, stop or discard. */
function change(
  before: Service[],
  after: Service[],
  {
    of = {},
    was = of,
    ...more
  }: Partial<PlanningInput> & { of?: Partial<EnvironmentRecord>; was?: Partial<EnvironmentRecord> } = {},
) {
  const containers = before.map((one) => (one.kind === 'accessory' ? own(one.name) : running('aaa', one.name)));
  const keepers = containers.filter((one) =>
    before.some(({ name, container }) => name === one.service && container.mounts.length),
  );
  const seen = observed(containers, ['aaa']);
  seen.targets['local']!.writers = keepers.map((one) =>
    writer(
      one,
      one.role === 'accessory'
        ? { shared: [] }
        : { shared: before.find(({ name }) => name === one.service)!.shared ? ['shop_data'] : [] },
    ),
  );
  const plan = planRollout(
    planning({
      wanted: record('bbb', environment(after, { routes: [], ...of })),
      current: record('aaa', environment(before, { routes: [], ...was })),
      observed: seen,
      accessorySpecs: Object.fromEntries(
        after.filter(({ kind }) => kind === 'accessory').map(({ name }) => [name, 's']),
      ),
      ...more,
    }),
  );
  return { plan, lines: readPlan(plan).filter((line) => !/pull|networks|soak|prune/.test(line)) };
}

describe('one that writes never starts beside another', () => {
  it('an accessory that becomes a released service stops first, and is put back by the undo', () => {
    const { lines, plan } = change([accessory('db')], [released('db')]);
    expect(lines).toEqual([
      'prepare: stop accessory db on local ↺ restore accessory db on local',
      'prepare: start db bbb on local ↺ remove db bbb on local',
      'retire: discard the former accessory db on local',
    ]);
    expect(plan.warnings).toEqual([
      'windlass-shop-production-db uses shop_data, which db of bbb will write to, so it stops first; its data stays. OUTAGE: its users cannot reach it until db of bbb is healthy and has the traffic; if the release goes back, it restarts, with the same outage',
    ]);
  });

  it('so with recreate, where all that is released stops in its turn', () => {
    expect(change([accessory('db')], [keeper('db')], { of: recreate }).lines).toEqual([
      'switch: stop accessory db on local ↺ restore accessory db on local',
      'switch: start db bbb on local ↺ remove db bbb on local',
      'retire: discard the former accessory db on local',
    ]);
  });

  it.each([
    ['blue-green', {}],
    ['recreate', recreate],
  ])('a released service that becomes an accessory stops first, and once: %s', (_, of) => {
    expect(change([released('db')], [accessory('db')], { of }).lines).toEqual([
      'prepare: stop db aaa on local ↺ start db aaa on local',
      'prepare: start accessory db on local ↺ remove accessory db on local',
      'retire: remove db aaa on local',
    ]);
  });

  it('an accessory of another name stops before the one that has its data from now on', () => {
    expect(change([accessory('db')], [accessory('database')]).lines).toEqual([
      'prepare: stop accessory db on local ↺ restore accessory db on local',
      'prepare: start accessory database on local ↺ remove accessory database on local',
      'retire: discard the former accessory db on local',
    ]);
  });

  it('a released one of another name: beside the old one where both share, else after it', () => {
    expect(change([released('db')], [released('database')]).lines).toEqual([
      'prepare: start database bbb on local ↺ remove database bbb on local',
      'retire: remove db aaa on local',
    ]);
    expect(change([keeper('db')], [released('database')], { was: recreate }).lines).toEqual([
      'prepare: stop db aaa on local ↺ start db aaa on local',
      'prepare: start database bbb on local ↺ remove database bbb on local',
      'retire: remove db aaa on local',
    ]);
  });

  it('services of one release have what the compose file gives them all', () => {
    const both = [accessory('db'), accessory('backup')];
    expect(change([accessory('db')], both).lines).toEqual([
      'prepare: start accessory backup on local ↺ remove accessory backup on local | start accessory db on local',
    ]);
  });

  it('what docker compose runs of the project stops first, under whatever name', () => {
    const made = composed('db', { restart: { name: 'always' } });
    const by = writer(own('db'), { name: made.name, own: undefined, composed: { project: 'shop', service: 'db' } });
    const seen = { targets: { local: { containers: [], networks: [], composed: [made], writers: [by] } } };
    const { lines } = change([], [accessory('database')], { observed: seen, current: undefined });
    expect(lines).toEqual([
      'prepare: stop shop-db-1 on local ↺ start shop-db-1 on local',
      'prepare: start accessory database on local ↺ remove accessory database on local',
    ]);
  });

  it.each([
    ['by hand', {}, 'Stop it'],
    [
      'another environment',
      { of: 'staging of shop' },
      'other (staging of shop) already uses the volume shop_data. Nothing is started beside it. Stop it (docker stop other, docker update --restart no other), and release again',
    ],
    [
      'another project',
      { composed: { project: 'old', service: 'db' } },
      'write project: old under environments.production',
    ],
    [
      'one that is asleep',
      { state: 'exited', restart: { name: 'always' } } as const,
      'other owns the volume shop_data, and the engine may restart it (exited, restart: always). Nothing is started beside it. Stop it (docker stop other, docker update --restart no other), and release again',
    ],
  ])('what is not the environment’s own is refused: %s', (_, more, words) => {
    const by = writer(own('db'), { name: 'other', own: undefined, ...more });
    const seen = { targets: { local: { containers: [], networks: [], writers: [by] } } };
    const plan = () => change([], [accessory('db')], { observed: seen, current: undefined });
    expect(plan).toThrow(/^other (\(.+\) )?(already uses|owns) the volume shop_data/);
    expect(plan).toThrow(words);
  });

  it('one that is stopped for good is nobody', () => {
    const by = writer(own('db'), { name: 'other', own: undefined, state: 'exited', restart: { name: 'no' } });
    const seen = { targets: { local: { containers: [], networks: [], writers: [by] } } };
    expect(change([], [accessory('db')], { observed: seen, current: undefined }).lines).toHaveLength(1);
  });

  it.each<[string, ComposeContainer[]]>([
    ['alone', []],
    [
      'where docker compose ran it before',
      [composed('db', { state: 'exited', writes: [{ target: '/data', store: 'cd'.repeat(32) }] })],
    ],
  ])('a volume without a name passes from the instance to the accessory, %s', (_, made) => {
    const nameless = 'ab'.repeat(32);
    const former = running('aaa', 'db', { writes: [{ target: '/data', store: nameless }] });
    const seen = observed([former], ['aaa']);
    seen.targets['local']!.composed = made;
    const { plan, lines } = change([service('db')], [service('db', { kind: 'accessory' })], { observed: seen });
    expect(lines.slice(0, 2)).toEqual([
      'prepare: stop db aaa on local ↺ start db aaa on local',
      'prepare: start accessory db on local ↺ remove accessory db on local',
    ]);
    expect(JSON.stringify(plan)).toContain(`"inherits":"${former.name}"`);
  });

  it('a container of docker compose whose place another service has by now is not started again', () => {
    const left = own('database');
    const former = composed('db', { state: 'exited', writes: [{ target: '/data', store: 'shop_data' }] });
    const seen = observed([left], ['aaa']);
    Object.assign(seen.targets['local']!, { composed: [former], writers: [writer(left)] });
    const bare = service('db', { kind: 'accessory' });
    const { lines } = change([], [bare], { observed: seen, acceptEmpty: ['db'] });
    expect(lines[0]).toBe('prepare: start accessory db on local ↺ remove accessory db on local');
  });
});

describe('folders of a host whose files the worker does not see', () => {
  const onFolder: Mount = { type: 'bind', source: '/srv/pg', target: '/data' };
  const plan = (mounts: Mount[], unseen?: string[]) => {
    const seen = { targets: { local: { containers: [], networks: [], writers: [], ...(unseen && { unseen }) } } };
    const db = service('db', { kind: 'accessory', container: { environment: {}, ports: [], expose: [], mounts } });
    return change([], [db], { observed: seen, current: undefined }).plan.warnings.filter((line) =>
      line.includes('see'),
    );
  };

  it('are named beside data in a folder, for one of them may be a link to it', () => {
    expect(plan([onFolder], ['/mnt/pg of backup-1', '/x of y'])).toEqual([
      'local: the worker does not see its files, so it cannot tell whether /mnt/pg of backup-1, /x of y are links to /srv/pg (db), where only one may write. ' +
        'Check that on the host (readlink -f), or reach its engine by SSH',
    ]);
  });

  it('are not, where there are none, or the data is in a volume', () => {
    expect([...plan([onFolder]), ...plan([DATA], ['/mnt/pg of backup-1'])]).toEqual([]);
  });
});
