import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connectEngine } from '../../../activities/drivers/docker/connect';
import { writersAmong } from '../../../activities/targets/docker/containers/writers';
import { accessoryName, COMPOSE, instanceName } from '../../../src/model/names';
import type { Mount } from '../../../src/model/container/container';
import type { Service } from '../../../src/model/service';
import { clientOf } from '../../../parts/server/engine-client';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, makeFolder, uniqueName } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

/** No container that writes is started beside another one, whatever it is, unless both say that they share. */
describeWith(['engine', 'images'], 'where somebody writes already', () => {
  let bed: TestBed;
  const volumes = [{ name: 'data' }];
  const data: Mount = { type: 'volume', volume: 'data', target: '/data' };
  const writer = (name: string, more: Partial<Service> = {}, mounts: Mount[] = [data]) =>
    service(name, { mounts, healthcheck: { test: ['CMD', 'true'] } }, more);
  const accessory = { kind: 'accessory' } as const;
  const shared = { shared: ['data'] };
  const byHand: string[] = [];
  const volumesByHand: string[] = [];

  beforeEach(async () => {
    bed = await makeTestBed();
  });
  afterEach(async () => {
    for (const name of byHand.splice(0)) await bed.engine.removeContainer(name);
    await bed.cleanUp();
    for (const name of [volumeName(), ...volumesByHand.splice(0)])
      await clientOf(parts().engine.host)
        .getVolume(name)
        .remove()
        .catch(() => undefined);
  });

  const volumeName = () => `${bed.place.installation}_data`;
  const put = async (release: string, ...services: Service[]) => {
    bed.release(release, { services, volumes });
    await bed.perform('createNetworks', { release });
  };
  const start = (release: string, name: string) => bed.perform('startInstances', { release, service: name, count: 1 });
  const startAccessory = (release: string, name: string) => bed.perform('startAccessory', { release, service: name });
  const refused = async (action: Promise<unknown>, who: string) => {
    expect(await failureOf(action)).toMatchObject({
      type: 'Permanent',
      kind: 'volume-in-use',
      message: expect.stringContaining(who),
    });
  };
  const startByHand = async (config: { Labels?: object; HostConfig: object }, running = true) => {
    const name = uniqueName('by-hand');
    byHand.push(name);
    await bed.engine.createContainer({
      name,
      image: parts().images.base.name,
      labels: {},
      config: { Cmd: ['sleep', '1000'], StopTimeout: 0, ...config },
      networks: [],
    });
    if (running) await bed.engine.startContainer(name);
    return name;
  };

  test('an accessory that became a released service, and back: the old one stops first', async () => {
    await put('one', writer('db', accessory));
    await startAccessory('one', 'db');
    await put('two', writer('db', shared));
    await refused(start('two', 'db'), accessoryName(bed.place, 'db'));
    await bed.perform('removeAccessory', { release: 'one', service: 'db' });
    await start('two', 'db');
    await refused(startAccessory('one', 'db'), instanceName(bed.place, 'two', 'db'));
    await bed.perform('stopInstances', { release: 'two', service: 'db', left: 0 });
    await startAccessory('one', 'db');
    await refused(start('two', 'db'), accessoryName(bed.place, 'db'));
  });

  test('an accessory of another name, which is in the release no more', async () => {
    await put('one', writer('db', accessory));
    await startAccessory('one', 'db');
    await put('two', writer('database', accessory));
    await refused(startAccessory('two', 'database'), accessoryName(bed.place, 'db'));
    await put('three', writer('db', accessory), writer('database', accessory));
    await startAccessory('three', 'database');
  });

  test('two releases of one service: only where both say that it is shared', async () => {
    await put('one', writer('db'));
    await start('one', 'db');
    bed.release('two', { services: [writer('db', shared)], volumes, strategy: { kind: 'recreate' } });
    await bed.perform('createNetworks', { release: 'two' });
    await start('two', 'db');
    bed.release('three', { services: [writer('db')], volumes, strategy: { kind: 'recreate' } });
    await bed.perform('createNetworks', { release: 'three' });
    await refused(start('three', 'db'), instanceName(bed.place, 'one', 'db'));
  });

  test('one that is stopped does not come back by itself, and is started again only when the new one is gone', async () => {
    const strategy = { kind: 'recreate' } as const;
    const always = service('db', {
      mounts: [data],
      restart: { name: 'always' },
      healthcheck: { test: ['CMD', 'true'] },
    });
    for (const release of ['one', 'two']) {
      bed.release(release, { services: [always], volumes, strategy });
      await bed.perform('createNetworks', { release });
    }
    await start('one', 'db');
    await bed.perform('stopInstances', { release: 'one', service: 'db', left: 0 });
    await start('two', 'db');
    await refused(start('one', 'db'), instanceName(bed.place, 'two', 'db'));
    await bed.perform('removeInstances', { release: 'two', service: 'db', left: 0 });
    await start('one', 'db');
    expect(await bed.engine.inspectContainer(instanceName(bed.place, 'one', 'db'))).toMatchObject({
      state: 'running',
      restart: { name: 'always' },
    });
  });

  test('a command before the switch writes beside nobody either', async () => {
    const migrate = writer('app', { before: [{ command: ['true'], irreversible: true }] });
    await put('one', writer('app', accessory));
    await startAccessory('one', 'app');
    await put('two', migrate);
    await refused(
      bed.perform('runOneOff', { release: 'two', service: 'app', index: 0 }),
      accessoryName(bed.place, 'app'),
    );
  });

  test('a folder of the host, or one above it, no matter who has it and how', async () => {
    const folder = makeFolder({ 'pg/data/row': 'a row' });
    const onFolder = [{ type: 'bind', source: `${folder}/pg/data/`, target: '/data' } as const];
    await put('one', writer('db', {}, onFolder));
    const above = await startByHand({ HostConfig: { Binds: [`${folder}/pg:/x`] } });
    await refused(start('one', 'db'), above);
    await bed.engine.stopContainer(above, 0);
    await startByHand({ HostConfig: { Binds: [`${folder}:/x:ro`] } });
    await start('one', 'db');
    const disk = { name: 'data', options: { type: 'none', o: 'bind', device: `${folder}/pg/data` } };
    bed.release('two', { services: [writer('other')], volumes: [disk] });
    await bed.perform('createNetworks', { release: 'two' });
    await refused(start('two', 'other'), instanceName(bed.place, 'one', 'db'));
  });

  test('an external volume that is a folder of the host, no matter who has the folder and how', async () => {
    const disk = uniqueName('disk');
    const folder = makeFolder({ row: 'a row' });
    const options = { type: 'none', o: 'bind', device: folder };
    volumesByHand.push(disk);
    await bed.engine.createVolume({ name: disk, labels: {}, driver: 'local', options });
    const outer = [{ name: 'data', external: disk }];
    const one = { services: [writer('db', accessory), writer('other', shared)], volumes: outer };
    bed.release('one', one);
    await bed.perform('createNetworks', { release: 'one' });
    for (const Binds of [[`${folder}:/x`], [`${disk}:/x`]]) {
      const other = await startByHand({ HostConfig: { Binds } });
      await refused(startAccessory('one', 'db'), `${other} already uses the folder ${folder}`);
      await bed.engine.stopContainer(other, 0);
    }
    await startAccessory('one', 'db');
    const looking = { app: bed.place.app, environment: bed.place.environment, record: bed.refTo('one') };
    const { drift } = await bed.inspect.inspectEnvironment(looking);
    expect(drift.filter((line) => !line.includes('is missing'))).toEqual([]);
    await bed.perform('removeAccessory', { release: 'one', service: 'db' });
    // Two that share it do so by any of its names.
    await start('one', 'other');
    bed.release('two', { ...one, volumes: [{ name: 'data', called: disk, options }] });
    await bed.perform('createNetworks', { release: 'two' });
    await start('two', 'other');
  });

  test('a folder that is another one by a link on the host, or lies within it', async () => {
    const folder = makeFolder({ 'disk/pg/data/row': 'a row' });
    symlinkSync('disk/pg', `${folder}/current`);
    const on = (path: string): Mount[] => [{ type: 'bind', source: `${folder}/${path}`, target: '/data' }];
    await put('one', writer('db', {}, on('current')));
    const byHandThere = await startByHand({ HostConfig: { Binds: [`${folder}/disk/pg/data:/x`] } });
    await refused(start('one', 'db'), byHandThere);
    await bed.engine.stopContainer(byHandThere, 0);
    await start('one', 'db');
    await put('two', writer('other', {}, on('disk')));
    await refused(start('two', 'other'), instanceName(bed.place, 'one', 'db'));
    await put('three', writer('other', {}, on('disk/other')));
    mkdirSync(`${folder}/disk/other`);
    await start('three', 'other');
  });

  test('a folder that two services share, one of them by a link', async () => {
    const folder = makeFolder({ 'disk/row': 'a row' });
    symlinkSync('disk', `${folder}/current`);
    const sharing = (name: string, path: string) => {
      const source = `${folder}/${path}`;
      return writer(name, { shared: [source] }, [{ type: 'bind', source, target: '/data' }]);
    };
    await put('one', sharing('db', 'disk'), sharing('other', 'current'));
    await start('one', 'db');
    await start('one', 'other');
  });

  test('an engine by TCP may be anywhere, so the plan names a folder that may be a link', async () => {
    const folder = makeFolder({ 'disk/row': 'a row' });
    symlinkSync('disk', `${folder}/current`);
    const other = await startByHand({ HostConfig: { Binds: [`${folder}/disk:/x`] } });
    const on: Mount[] = [{ type: 'bind', source: `${folder}/current`, target: '/data' }];
    await put('one', writer('db', {}, on));
    const socket = parts().engine.host.replace('unix://', '');
    const byTcp = createServer((client) => {
      const engine = connect(socket);
      client.pipe(engine).pipe(client);
      for (const one of [client, engine]) one.on('error', () => client.destroy() && engine.destroy());
    }).listen(0, '127.0.0.1');
    await once(byTcp, 'listening');
    const { port } = byTcp.address() as AddressInfo;
    try {
      const writers = (address: string) => {
        const engine = connectEngine({ name: 'local', address }, { dockerHost: '' });
        return engine.listAll().then((all) => writersAmong(engine, bed.place, all, [`${folder}/current`]));
      };
      const unseen = `${folder}/disk of ${other}`;
      const seen = await writers(parts().engine.host);
      expect([seen.writers.map(({ name }) => name), seen.unseen.includes(unseen)]).toEqual([[other], false]);
      expect(await writers(`tcp://127.0.0.1:${port}`)).toEqual({
        writers: [],
        unseen: expect.arrayContaining([unseen]),
      });
    } finally {
      byTcp.close();
    }
  });

  test('one that is stopped, but that the engine starts again by itself; what compose made, too', async () => {
    await put('one', writer('db', accessory));
    const HostConfig = { Binds: [`${volumeName()}:/x`], RestartPolicy: { Name: 'always' } };
    const Labels = { [COMPOSE.project]: bed.place.installation, [COMPOSE.service]: 'database' };
    const asleep = await startByHand({ Labels, HostConfig }, false);
    await refused(
      startAccessory('one', 'db'),
      `${asleep} (docker compose project ${bed.place.installation}) owns the volume ${volumeName()}, and the engine may restart it (created, restart: always)`,
    );
    await bed.engine.setRestartPolicy(asleep, { name: 'no' });
    await startAccessory('one', 'db');
  });
});
