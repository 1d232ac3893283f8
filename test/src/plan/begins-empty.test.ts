import type { Mount } from '../../../src/model/container/container';
import type { ObservedContainer, ObservedVolume, Writes } from '../../../src/model/observed';
import type { ReleaseRecord } from '../../../src/manifest/record/record';
import type { Service, Volume } from '../../../src/model/service';
import { planRollout } from '../../../src/plan/plan-rollout';
import { composed, environment, observed, planning, readPlan, record, running, service } from './fixtures';

const DATA: Mount = { type: 'volume', volume: 'data', target: '/data' };
const db = (mounts: Mount[] = [DATA], more: Partial<Service> = {}) =>
  service('db', { kind: 'accessory', container: { environment: {}, ports: [], expose: [], mounts }, ...more });
const own = (writes: Writes[], more: Partial<ObservedContainer> = {}) =>
  running('aaa', 'db', { role: 'accessory', name: 'windlass-shop-production-db', spec: 'old', writes, ...more });
const declaring = (of: ReleaseRecord, volumes: string[]): ReleaseRecord => ({
  ...of,
  artifacts: { db: { image: 'x', origin: 'resolved', volumes } },
});
const at = (store: string, target = '/data'): Writes => ({ store, target });
const LOCAL: ObservedVolume = { driver: 'local', options: {} };
const nameless = 'ab'.repeat(32);

interface Case {
  container: ObservedContainer;
  volumes?: Record<string, ObservedVolume | false>;
  was?: Volume[];
  is?: Volume[];
  before?: Service;
  wanted?: Service;
  /** Volumes that its image declares. */
  declared?: string[];
}

function change(
  { container, volumes, was = [{ name: 'data' }], is = was, before = db(), wanted = db(), declared }: Case,
  more: Parameters<typeof planning>[0] = {},
) {
  const seen = observed([container], ['aaa']);
  Object.assign(seen.targets['local']!, { volumes, writers: [] });
  const next = record('bbb', environment([wanted], { volumes: is, routes: [] }));
  return planRollout(
    planning({
      wanted: declared ? declaring(next, declared) : next,
      current: record('aaa', environment([before], { volumes: was, routes: [] })),
      observed: seen,
      accessorySpecs: { db: 'new' },
      ...more,
    }),
  );
}

const renamed = {
  is: [{ name: 'data', called: 'bigdisk' }],
  container: own([at('shop_data')]),
  volumes: { bigdisk: false as const },
};

describe('a service that is given another place for its data', () => {
  it('is refused until somebody says that it may begin empty, with the way to take the data along', () => {
    expect(() => change(renamed)).toThrow(
      'db: starts empty, or with the content of bigdisk. Its current data is in shop_data (at /data) on local, which stays unused. To keep the data, stop it and copy: docker run --rm -v shop_data:/from -v bigdisk:/to busybox cp -a /from/. /to/. To continue anyway, repeat the command with --accept-empty db',
    );
    const plan = change(renamed, { acceptEmpty: ['db'] });
    expect(plan.warnings[0]).toMatch(/^db: starts empty, or with the content of bigdisk/);
    expect(readPlan(plan)).toContain('prepare: recreate accessory db on local ↺ restore accessory db on local');
  });

  it('so on the way back, but not when what was torn off is restored', () => {
    expect(() => change(renamed, { kind: 'rollback' })).toThrow('--accept-empty db');
    expect(change(renamed, { kind: 'restore' }).warnings[0]).toMatch(/^db: starts empty/);
  });

  it.each<[string, Case]>([
    [
      'a folder in place of the volume',
      { container: own([at('shop_data')]), wanted: db([{ type: 'bind', source: '/srv/pg', target: '/data' }]) },
    ],
    ['none at all', { container: own([at('shop_data')]), wanted: db([]) }],
    ['one that is no accessory any more', { container: own([at('shop_data')]), wanted: db([], { kind: 'released' }) }],
    ['a name for what had none', { container: own([at(nameless)]) }],
    ['one without a name that is released', { container: own([at(nameless)]), wanted: db([], { kind: 'released' }) }],
    [
      'a folder within the one of before',
      { container: own([at('/srv/pg')]), wanted: db([{ type: 'bind', source: '/srv/pg/16', target: '/data' }]) },
    ],
    [
      'the folder above the one of before',
      { container: own([at('/srv/pg')]), wanted: db([{ type: 'bind', source: '/srv', target: '/data' }]) },
    ],
    ['a part of the volume', { container: own([at('shop_data')]), wanted: db([{ ...DATA, subpath: 'pg' }]) }],
    [
      'another part of the volume',
      {
        container: own([at('shop_data')]),
        before: db([{ ...DATA, subpath: 'pg' }]),
        wanted: db([{ ...DATA, subpath: 'mysql' }]),
      },
    ],
    [
      'a volume that the image declares where the data was',
      {
        container: own([at('shop_data')]),
        wanted: db([{ ...DATA, target: '/' }]),
        declared: ['/data/'],
      },
    ],
  ])('whatever the other place is: %s', (_, given) => {
    expect(() => change(given)).toThrow('--accept-empty db');
  });

  it.each<[string, Case]>([
    ['the same volume', { container: own([at('shop_data')]) }],
    ['the same at another place of the container', { container: own([at('shop_data', '/var/lib/db')]) }],
    [
      'a volume that is the folder of before',
      { container: own([at('/srv/pg')]), is: [{ name: 'data', options: { o: 'bind', device: '/srv/pg' } }] },
    ],
    [
      'a folder and one within, each where it was seen before',
      {
        container: own([at('/srv/pg')]),
        wanted: db([
          { type: 'bind', source: '/srv/pg/a', target: '/data/a' },
          { type: 'bind', source: '/srv', target: '/x' },
        ]),
      },
    ],
    [
      'an external volume that is a folder of the host',
      {
        container: own([at('/srv/pg')]),
        is: [{ name: 'data', external: 'disk' }],
        volumes: {
          disk: { driver: 'local', options: { type: 'none', o: 'bind', device: '/srv/pg' }, store: '/srv/pg' },
        },
      },
    ],
    [
      'the same part of the volume',
      {
        container: own([at('shop_data')]),
        before: db([{ ...DATA, subpath: 'pg' }]),
        wanted: db([{ ...DATA, subpath: 'pg' }]),
      },
    ],
    [
      'another place of the container, where the image says nothing',
      { container: own([at('shop_data')]), wanted: db([{ ...DATA, target: '/pg' }]), declared: ['/pg'] },
    ],
    ['what has no name, and passes on', { container: own([at(nameless)]), wanted: db([]) }],
    [
      'a container of which nothing is known',
      { container: own([], { writes: undefined }), is: [{ name: 'data', called: 'x' }] },
    ],
  ])('is not, where the data stays: %s', (_, given) => {
    expect(change(given).warnings.filter((line) => line.includes('starts empty'))).toEqual([]);
  });

  it('one that docker compose runs, as it is found and not as the model has it', () => {
    const seen = {
      targets: { local: { containers: [], networks: [], composed: [composed('db', { writes: [at(nameless)] })] } },
    };
    const take = (wanted: Service) => () => change({ ...renamed, wanted }, { observed: seen, current: undefined });
    expect(take(db([], { kind: 'released' }))).toThrow('--accept-empty db');
    expect(take(db([DATA]))).toThrow('--accept-empty db');
    expect(readPlan(take(db([]))())).toContain('prepare: start accessory db (adopts shop-db-1) on local');
  });

  it('what somebody has removed is told', () => {
    const plan = change({ container: own([at('shop_data')], { state: 'exited' }), volumes: { shop_data: false } });
    expect(plan.warnings[0]).toBe('db: starts empty. The volume shop_data it had in aaa is gone from local');
  });
});

describe('what a volume is', () => {
  it('external, and not there: refused', () => {
    expect(() =>
      change({ ...renamed, is: [{ name: 'data', external: 'nowhere' }], volumes: { nowhere: false } }),
    ).toThrow(
      'the volume nowhere is external, but missing on local. Check its name, create it (docker volume create nowhere), or remove external: true',
    );
  });

  it('of other options than the one that is there: refused, where the release changes them', () => {
    const is = [{ name: 'data', options: { device: '/new', o: 'bind', type: 'none' } }];
    const given = { container: own([at('shop_data')]), volumes: { shop_data: LOCAL } };
    expect(() => change({ ...given, is }, { acceptEmpty: ['db'] })).toThrow(
      'the volume shop_data exists with ["local",[]], which cannot be changed. Keep its driver and driver_opts, or give it another name under volumes in the compose file and copy the data',
    );
    expect(() => change({ ...given, is, was: is }, { acceptEmpty: ['db'] })).not.toThrow();
  });

  it('part of what an accessory is made from; one that an earlier windlass made is judged by where it writes', () => {
    const is = [{ name: 'data', called: 'bigdisk' }];
    const steps = (container: ObservedContainer) =>
      readPlan(change({ container, was: is }, { formerSpecs: { db: 'old' }, acceptEmpty: ['db'] })).filter((line) =>
        line.includes('accessory'),
      );
    expect(steps(own([at('bigdisk')]))).toEqual(['prepare: start accessory db on local']);
    expect(steps(own([at('shop_data')]))[0]).toBe(
      'prepare: recreate accessory db on local ↺ restore accessory db on local',
    );
    expect(steps(own([at('bigdisk')], { spec: 'older' }))[0]).toContain('recreate accessory db');
  });
});

describe('a released service that leaves the hosts that it has data on', () => {
  const host = (name: string) => ({ kind: 'docker' as const, name, address: `ssh://${name}` });
  const web = (mount: Mount) =>
    service('web', { shared: ['data'], container: { environment: {}, ports: [], expose: [], mounts: [mount] } });
  function move(
    from: string[],
    to: string[],
    {
      mount = DATA,
      volumes = [{ name: 'data' }] as Volume[],
      ...more
    }: Parameters<typeof planning>[0] & { mount?: Mount; volumes?: Volume[] } = {},
    found: ObservedContainer[] = [],
  ) {
    const seen = observed([], []);
    seen.targets = Object.fromEntries(
      [...new Set([...from, ...to])].map((name) => [
        name,
        { ...seen.targets['local']!, containers: to.includes(name) ? found : [] },
      ]),
    );
    const of = (hosts: string[]) =>
      environment([web(mount)], { targets: hosts.map(host), volumes, routes: [], strategy: { kind: 'recreate' } });
    return planRollout(
      planning({ wanted: record('bbb', of(to)), current: record('aaa', of(from)), observed: seen, ...more }),
    );
  }

  it('is refused until somebody says that it may begin empty there', () => {
    const message = 'web: starts on two without its data, which is in shop_data of one. Windlass does not move data';
    expect(() => move(['one'], ['two'])).toThrow(
      `${message}. To continue anyway, repeat the command with --accept-empty web`,
    );
    expect(() => move(['one'], ['two'], { mount: { type: 'bind', source: '/srv/data', target: '/data' } })).toThrow(
      '/srv/data of one',
    );
    expect(move(['one'], ['two'], { acceptEmpty: ['web'] }).warnings).toContain(message);
    expect(move(['one'], ['two'], { kind: 'restore' }).warnings).toContain(message);
  });

  it('is not, where a host stays, is the same by another name, or the data is on none of them', () => {
    const nfs = [{ name: 'data', options: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/data' } }];
    const itself = running('aaa', 'web', { writes: [at('shop_data')] });
    const plans = [
      move(['one'], ['one', 'two']),
      move(['one'], ['two'], { volumes: nfs }),
      move(['one'], ['two'], { volumes: [{ name: 'data', driver: 'cluster' }] }),
      move(['one'], ['two'], {}, [itself]),
      move(['one'], ['two'], { mount: { ...DATA, readOnly: true } }),
    ];
    for (const { warnings } of plans) expect(warnings.join()).not.toContain('starts empty');
  });
});
