import { folderOf, overlap, storeOfVolume, storesOf } from '../../../src/model/container/data';
import type { Mount } from '../../../src/model/container/container';

const storesIn = (...mounts: Mount[]) =>
  storesOf(
    {
      project: 'shop',
      volumes: [
        { name: 'named', called: 'bigdisk' },
        { name: 'outer', external: 'legacy' },
        { name: 'disk', options: { type: 'none', o: 'bind', device: '/srv/pg/' } },
      ],
    },
    { container: { environment: {}, ports: [], expose: [], mounts } },
  ).map(({ store }) => store);

describe('where a service keeps data', () => {
  test('named volumes, by the name on the engine', () => {
    const volume = (name: string, readOnly?: true): Mount => ({ type: 'volume', volume: name, target: '/d', readOnly });
    expect(storesIn(volume('data'), volume('named'), volume('outer'), volume('other', true))).toEqual([
      'shop_data',
      'bigdisk',
      'legacy',
    ]);
  });

  test('a volume of a device is that device, whatever its name', () => {
    expect(storesIn({ type: 'volume', volume: 'disk', target: '/d' })).toEqual(['/srv/pg']);
    expect(storeOfVolume('a', { options: { type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/export' } })).toBe(
      storeOfVolume('b', { options: { type: 'nfs', o: 'rw,addr=10.0.0.1', device: ':/export' } }),
    );
    expect(storeOfVolume('a', { options: { type: 'tmpfs', device: 'tmpfs' } })).toBe('a');
    expect(storeOfVolume('a', { driver: 'rexray', options: { device: '/x' } })).toBe('a');
  });

  test('folders of the host that are written to', () => {
    const bind = (source: string, readOnly?: true): Mount => ({ type: 'bind', source, target: '/d', readOnly });
    expect(storesIn(bind('/srv//pg/./data/'), bind('/srv/www', true), { type: 'tmpfs', target: '/t' })).toEqual([
      '/srv/pg/data',
    ]);
  });

  test.each([
    ['/var/run/docker.sock', undefined],
    ['/etc/localtime', undefined],
    ['/dev/snd', undefined],
    ['/srv/app.conf', undefined],
    ['/srv/app.db', '/srv/app.db'],
    ['/srv/pg-9.6', '/srv/pg-9.6'],
    ['/srv/shop.example.com/', '/srv/shop.example.com'],
    ['/srv/pg.conf/', '/srv/pg.conf'],
    ['/run', undefined],
    ['/runner', '/runner'],
    ['/', '/'],
    ['/var/lib/docker/volumes/shop_data/_data', 'shop_data'],
    ['/home/ops/.local/share/docker/volumes/shop_data/_data/base/', 'shop_data'],
    ['/srv/volumes/data', '/srv/volumes/data'],
  ])('%s: %s', (source, folder) => {
    expect(folderOf(source)).toBe(folder);
  });

  test.each([
    ['/srv/app.conf', '/etc/app/main.cf', undefined],
    ['/srv/key.pem', '/run/secrets/key', undefined],
    ['/srv/site.json', '/app/site.json', undefined],
    ['/srv/shop.sql', '/var/lib/postgresql/data', '/srv/shop.sql'],
    ['/srv/pg.log/', '/data/pg.log', '/srv/pg.log'],
  ])('%s, mounted on %s: %s', (source, target, folder) => {
    expect(folderOf(source, target)).toBe(folder);
  });

  test.each([
    ['/srv/pg', '/srv/pg', true],
    ['/srv', '/srv/pg', true],
    ['/srv/pg/data', '/srv/pg', true],
    ['/srv/pg', '/srv/pg2', false],
    ['/', '/srv', true],
    ['/', 'shop_data', false],
    ['data', 'data/x', false],
  ])('%s and %s: %s', (one, other, is) => {
    expect(overlap(one, other)).toBe(is);
    expect(overlap(other, one)).toBe(is);
  });
});
