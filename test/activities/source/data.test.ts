import { readManifest } from '../../../activities/source/read-manifest';
import { storesOf } from '../../../src/model/container/data';
import { describeProblem } from '../../../src/model/text/problem';
import { describeWith } from '../../setup/parts';
import { folderWith, settings } from './fixture';

const manifest = (more = '') => `app: shop\n${more}environments: { live: { hosts: [local] } }\n`;

/** What images declare, by name; others declare nothing. */
const DECLARED: Record<string, string[]> = { keeper: ['/data'] };

const read = (compose: string, files: Record<string, string> = {}) =>
  readManifest(
    folderWith({ 'windlass.yaml': manifest(), Dockerfile: 'FROM scratch', 'docker-compose.yml': compose, ...files }),
    settings(),
    {
      declared: (image) => Promise.resolve(DECLARED[image] ?? []),
    },
  );
const problemsOf = async (compose: string, files?: Record<string, string>) =>
  (await read(compose, files)).problems.map(describeProblem);

/** Data is data, however a compose file says where it is. */
describeWith(['compose'], 'where a compose file keeps data', () => {
  const SAME: [name: string, how: string, store: string][] = [
    ['short', 'volumes: ["/srv/pg:/data"]', '/srv/pg'],
    ['long', 'volumes: [{ type: bind, source: /srv/pg, target: /data, bind: { create_host_path: true } }]', '/srv/pg'],
    ['roundabout', 'volumes: ["/srv/www/../pg/:/data:rw,z"]', '/srv/pg'],
    ['named', 'volumes: ["disk:/data"]', 'shop-live_disk'],
    ['long-named', 'volumes: [{ type: volume, source: disk, target: /data }]', 'shop-live_disk'],
    ['part', 'volumes: [{ type: volume, source: disk, target: /data, volume: { subpath: pg } }]', 'shop-live_disk'],
    ['own-folder', 'volumes: ["/var/lib/docker/volumes/shop-live_disk/_data:/data"]', 'shop-live_disk'],
    ['device', 'volumes: ["device:/data"]', '/srv/pg'],
    ['called', 'volumes: ["called:/data"]', 'big'],
    ['outer', 'volumes: ["outer:/data"]', 'legacy'],
    ['old-outer', 'volumes: ["old-outer:/data"]', 'legacy'],
    ['merged', '<<: *mounts', '/srv/pg'],
    ['extended', 'extends: { file: base.yml, service: base }', '/srv/pg'],
    ['taking', 'volumes_from: [short]', '/srv/pg'],
    ['taking-more', 'volumes_from: [taking]', '/srv/pg'],
  ];
  const VOLUMES =
    'volumes: { disk: {}, device: { driver_opts: { type: none, o: bind, device: /srv/pg } }, called: { name: big }, ' +
    'outer: { external: true, name: legacy }, old-outer: { external: { name: legacy } } }\n';

  test('by every syntax: it is an accessory, and the place is the same', async () => {
    const services = SAME.map(([name, how]) => `  ${name}:\n    image: x\n    ${how}\n`).join('');
    const compose = `x-mounts: &mounts { volumes: ["/srv/pg:/data"] }\ninclude: [more.yml]\nservices:\n  web: { build: . }\n${services}${VOLUMES}`;
    const { draft, problems } = await read(compose, {
      'base.yml': 'services: { base: { image: x, volumes: ["/srv/pg:/data"] } }\n',
      'more.yml': 'services: { included: { image: x, volumes: ["/srv/pg:/data"] } }\n',
    });
    expect(problems).toEqual([]);
    const [live] = draft!.environments;
    const keepers = live!.services.filter(({ name }) => name !== 'web');
    const found = keepers.map((service) => [
      service.name,
      service.kind,
      storesOf(live!, service).map(({ store }) => store),
    ]);
    const wanted = [...SAME, ['included', '', '/srv/pg']].map(([name, , store]) => [name, 'accessory', [store]]);
    expect(new Set(found)).toEqual(new Set(wanted));
  });

  test('a nameless volume beside the mounts of sources is no part of them', async () => {
    const web = (volume: string) => `services: { web: { build: ., volumes: [".:/app", "${volume}"] } }\n`;
    expect(await problemsOf(web('/app/node_modules'))).toEqual([]);
    expect(await problemsOf(web('/var/lib/app'))).toEqual([
      expect.stringContaining('services.web.volumes[1]: mounts a volume without a name on /var/lib/app'),
    ]);
    expect(await problemsOf(web('/application'))).toHaveLength(1);
    const part = (volume: string) => `services: { web: { build: ., volumes: ["./src:/code/src", "${volume}"] } }\n`;
    const sources = { 'src/main.js': '' };
    expect(await problemsOf(part('/code/node_modules'), sources)).toEqual([]);
    expect(await problemsOf(part('/project/node_modules'), sources)).toEqual([]);
    expect(await problemsOf(part('/data'), sources)).toHaveLength(1);
  });

  test('a volume that the image declares is refused by check, too, where the manifest has it released', async () => {
    const released = { 'windlass.yaml': manifest('services: { db: { accessory: false } }\n') };
    expect(await problemsOf('services: { db: { image: keeper } }\n', released)).toEqual([
      expect.stringContaining('services.db.image: declares the volume /data in its image'),
    ]);
    expect(await problemsOf('services: { db: { image: keeper, tmpfs: [/data] } }\n', released)).toEqual([]);
  });

  test('a volume that only the image of another declares cannot be taken from there', async () => {
    const taking = (db: string) =>
      `services:\n  db: ${db}\n  backup: { build: ., volumes_from: ["db:ro"] }\nvolumes: { disk: }\n`;
    const [problem, ...more] = await problemsOf(taking('{ image: keeper }'));
    expect(more).toEqual([]);
    expect(problem).toBe(
      'docker-compose.yml:3:38 services.backup.volumes_from[0]: takes the volumes of db, but only the image of db declares /data, ' +
        'so backup would not have its data. Write NAME:/data under volumes of db.',
    );
    const accessory = { 'windlass.yaml': manifest('services: { db: { accessory: true } }\n') };
    expect(await problemsOf(taking('{ image: keeper }'), accessory)).toHaveLength(1);
    expect(await problemsOf(taking('{ image: keeper, volumes: ["disk:/data"] }'))).toEqual([]);
  });

  test('files that COMPOSE_FILE of .env names, and a release does not read, are told', async () => {
    const files = {
      '.env': 'COMPOSE_FILE=docker-compose.yml:live.yml\n',
      'live.yml': 'services: { web: { user: "1" } }\n',
    };
    const web = 'services: { web: { build: . } }\n';
    expect((await read(web, files)).warnings).toEqual([
      expect.stringContaining('compose: does not follow COMPOSE_FILE of .env (docker-compose.yml, live.yml)'),
    ]);
    const named = { ...files, 'windlass.yaml': manifest('compose: [docker-compose.yml, live.yml]\n') };
    expect((await read(web, named)).warnings).toEqual([]);
    expect((await read(web, { ...files, '.env': 'COMPOSE_FILE=docker-compose.yml\n' })).warnings).toEqual([]);
  });
});
