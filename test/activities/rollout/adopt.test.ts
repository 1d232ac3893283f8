import { proxySettings } from '../../../activities/engines/proxy/proxy-settings';
import { accessoryName, COMPOSE, labels, releaseNetwork } from '../../../src/model/names';
import { describeWith, parts } from '../../setup/parts';
import { failureOf, uniqueName } from '../fixtures';
import { makeTestBed, service, type TestBed } from './rollout-fixtures';

const ALWAYS = { name: 'always' } as const;

/** What docker compose made, known by compose's labels alone; that it is real compose's is for test/e2e/data/adopt. */
describeWith(['engine', 'images'], 'a container that docker compose made', () => {
  let bed: TestBed;
  let db: string;
  const made: string[] = [];
  const one = { release: 'one', service: 'db' };
  const two = { release: 'two', service: 'db' };
  const stateOf = (name: string) => bed.engine.inspectContainer(name);
  const volume = () => `${bed.place.installation}_data`;
  const sh = async (name: string, command: string) =>
    (await bed.engine.exec(name, ['sh', '-c', command])).stdout.trim();
  const twice = async (action: () => Promise<void>) => {
    await action();
    await action();
  };

  async function compose(of: string, project = bed.place.installation, mounted = volume()): Promise<string> {
    const name = uniqueName(of);
    made.push(name);
    await bed.engine.createVolume({ name: mounted, labels: {} });
    await bed.engine.createContainer({
      name,
      image: parts().images.base.name,
      labels: { [COMPOSE.project]: project, [COMPOSE.service]: of, [COMPOSE.oneOff]: 'False' },
      config: {
        Cmd: ['sleep', '1000'],
        StopTimeout: 0,
        HostConfig: {
          RestartPolicy: { Name: 'always' },
          Mounts: [{ Type: 'volume', Source: mounted, Target: '/data' }],
        },
      },
      networks: [],
    });
    await bed.engine.startContainer(name);
    return name;
  }

  beforeEach(async () => {
    bed = await makeTestBed();
    const accessory = (version: string) =>
      service(
        'db',
        { environment: { NAME: version }, mounts: [{ type: 'volume', volume: 'data', target: '/data' }] },
        { kind: 'accessory', networks: [{ network: 'default', aliases: ['database'] }] },
      );
    for (const name of ['one', 'two'])
      bed.release(name, { services: [accessory(name), service('web')], volumes: [{ name: 'data' }] });
    db = await compose('db');
    await sh(db, 'echo a row > /data/row');
  });
  afterEach(async () => {
    for (const name of made.splice(0)) await bed.engine.removeContainer(name);
    await bed.cleanUp();
  });

  test('is the accessory: it joins the networks of a release under its names, and leaves them as it was', async () => {
    const before = await stateOf(db);
    await twice(() => bed.perform('createNetworks', { release: 'one' }));
    await twice(() => bed.perform('startAccessory', { ...one, adopts: db }));
    const network = releaseNetwork(bed.place, 'one', 'default');
    expect(Object.keys((await stateOf(db))!.networks)).toContain(network);
    await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
    const [web] = await bed.engine.listContainers(labels(bed.place.installation, { role: 'instance' }));
    expect(await sh(web!.name, 'for name in db database; do nslookup $name | grep -c "Name"; done')).toBe('1\n1');
    expect(await stateOf(accessoryName(bed.place, 'db'))).toBeUndefined();
    await bed.perform('removeInstances', { release: 'one', service: 'web', left: 0 });
    await twice(() => bed.perform('removeAccessory', one));
    await twice(() => bed.perform('removeNetworks', { release: 'one' }));
    const after = await stateOf(db);
    expect({ ...after, networks: Object.keys(after!.networks) }).toEqual({
      ...before,
      networks: Object.keys(before!.networks),
    });
  });

  test('is put aside for another one on its volume, and comes back, with its restart policy', async () => {
    for (const { release } of [one, two]) await bed.perform('createNetworks', { release });
    await bed.perform('startAccessory', { ...one, adopts: db });
    await twice(() => bed.perform('recreateAccessory', { ...two, composed: db }));
    expect(await stateOf(db)).toMatchObject({ state: 'exited', restart: { name: 'no' } });
    const own = accessoryName(bed.place, 'db');
    expect(await sh(own, 'cat /data/row')).toBe('a row');
    await twice(() => bed.perform('restoreAccessory', { ...two, composed: db, restart: ALWAYS }));
    expect(await stateOf(own)).toBeUndefined();
    expect(await stateOf(db)).toMatchObject({ state: 'running', restart: ALWAYS });
    expect(await sh(db, 'cat /data/row')).toBe('a row');
    // A worker that was killed before the new one was made.
    await bed.engine.setRestartPolicy(db, { name: 'no' });
    await bed.engine.stopContainer(db);
    await bed.perform('restoreAccessory', { ...two, composed: db, restart: ALWAYS });
    expect(await stateOf(db)).toMatchObject({ state: 'running', restart: ALWAYS });
  });

  test('is never joined by a second one on its volume', async () => {
    await bed.perform('createNetworks', { release: 'one' });
    expect(await failureOf(bed.perform('startAccessory', one))).toMatchObject({
      kind: 'volume-in-use',
      service: 'db',
      message: expect.stringContaining(`) already uses the volume ${volume()}`),
    });
    expect(await stateOf(accessoryName(bed.place, 'db'))).toBeUndefined();
    await bed.engine.removeContainer(db);
    const other = await compose('database', 'other-project');
    expect(await failureOf(bed.perform('startAccessory', one))).toMatchObject({
      message: expect.stringMatching(/To take it over, write project: other-project under environments\.staging/),
    });
    await bed.engine.stopContainer(other);
    // The engine would start it again by itself, when it is started again.
    expect(await failureOf(bed.perform('startAccessory', one))).toMatchObject({
      message: expect.stringContaining(`docker update --restart no ${other}`),
    });
    await bed.engine.setRestartPolicy(other, { name: 'no' });
    await bed.perform('startAccessory', one);
  });

  test('a volume of another installation is refused', async () => {
    await bed.engine.removeContainer(db);
    const foreign = labels('another', { role: 'volume', app: 'shop', environment: 'staging' });
    const name = uniqueName('volume');
    await bed.engine.createVolume({ name, labels: foreign });
    const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
    const services = [service('db', { mounts }, { kind: 'accessory' })];
    bed.release('one', { services, volumes: [{ name: 'data', called: name }] });
    await bed.perform('createNetworks', { release: 'one' });
    expect(await failureOf(bed.perform('startAccessory', one))).toMatchObject({
      kind: 'foreign-volume',
      message: expect.stringMatching(/belongs to installation another, shop staging/),
    });
  });

  test('stops for good, and starts again; nothing of another project is touched', async () => {
    const web = await compose('web');
    const stranger = await compose('web', 'other-project', uniqueName('volume'));
    for (const container of [web, stranger]) {
      await twice(() => bed.perform('stopComposed', { container }));
    }
    expect(await stateOf(web)).toMatchObject({ state: 'exited', restart: { name: 'no' } });
    expect(await stateOf(stranger)).toMatchObject({ state: 'running', restart: ALWAYS });
    await twice(() => bed.perform('releaseComposed', { container: web, restart: ALWAYS }));
    expect(await stateOf(web)).toMatchObject({ state: 'exited', restart: ALWAYS });
    await bed.perform('stopComposed', { container: web });
    await twice(() => bed.perform('startComposed', { container: web, restart: ALWAYS }));
    expect(await stateOf(web)).toMatchObject({ state: 'running', restart: ALWAYS });
    await bed.perform('startComposed', { container: uniqueName('gone'), restart: ALWAYS });
  });

  test('the proxy waits without its port while something else listens there, and takes it; it gives it back', async () => {
    bed.release('one', { services: [service('web')], routes: [{ service: 'web', host: 'a', path: '/', port: 80 }] });
    const proxy = `${bed.place.installation}-proxy`;
    await twice(() => bed.perform('ensureProxy', { closed: true }));
    await bed.perform('createNetworks', { release: 'one' });
    expect(await stateOf(proxy)).toMatchObject({ state: 'running', ports: {} });
    await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
    await bed.perform('switchRoutes', { release: 'one' });
    await twice(() => bed.perform('openProxy', { release: 'one' }));
    const network = releaseNetwork(bed.place, 'one', 'default');
    const opened = await stateOf(proxy);
    expect(opened!.ports['80/tcp']).toEqual([{ ip: '127.0.0.1', port: bed.http.port }]);
    expect(Object.keys(opened!.networks)).toContain(network);
    const answer = await fetch(`http://127.0.0.1:${bed.http.port}/`, { headers: { host: 'a' } });
    expect(answer.status).toBeLessThan(500);
    await twice(() => bed.perform('closeProxy', {}));
    expect(await stateOf(proxy)).toMatchObject({ state: 'running', ports: {} });
    expect(Object.keys((await stateOf(proxy))!.networks)).toContain(network);
    // What waits is opened by the next one that needs it; one who is killed on the way leaves its networks to the one after.
    const { engine, deps } = bed;
    const killed = () => Promise.reject(new Error('killed'));
    const removeContainer = (name: string) => (name === proxy ? killed() : engine.removeContainer(name));
    for (const dies of [{ removeContainer }, { renameContainer: killed }])
      await expect(deps.proxy.ensure({ ...engine, ...dies }, proxySettings(deps.settings))).rejects.toThrow('killed');
    await bed.perform('ensureProxy', {});
    const again = (await stateOf(proxy))!;
    expect(again.ports['80/tcp']).toHaveLength(1);
    expect(Object.keys(again.networks)).toContain(network);
    expect(await stateOf(`${proxy}-next`)).toBeUndefined();
  });
});
