import { proxySettings } from '../../activities/proxy-settings';
import { accessoryName, COMPOSE, labels, releaseNetwork } from '../../src/model/names';
import { describeWith, parts } from '../setup/parts';
import { failureOf, uniqueName } from './fixtures';
import { makeStand, service, type Stand } from './rollout-fixtures';

const ALWAYS = { name: 'always' } as const;

/** What docker compose made, known by compose's labels alone; that it is real compose's is for test/e2e/adopt. */
describeWith(['engine', 'images'], 'a container that docker compose made', () => {
  let stand: Stand;
  let db: string;
  const made: string[] = [];
  const one = { release: 'one', service: 'db' };
  const two = { release: 'two', service: 'db' };
  const stateOf = (name: string) => stand.engine.inspectContainer(name);
  const volume = () => `${stand.place.installation}_data`;
  const sh = async (name: string, command: string) =>
    (await stand.engine.exec(name, ['sh', '-c', command])).stdout.trim();
  const twice = async (deed: () => Promise<void>) => {
    await deed();
    await deed();
  };

  async function compose(of: string, project = stand.place.installation, mounted = volume()): Promise<string> {
    const name = uniqueName(of);
    made.push(name);
    await stand.engine.createVolume({ name: mounted, labels: {} });
    await stand.engine.createContainer({
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
    await stand.engine.startContainer(name);
    return name;
  }

  beforeEach(async () => {
    stand = await makeStand();
    const accessory = (version: string) =>
      service(
        'db',
        { environment: { NAME: version }, mounts: [{ type: 'volume', volume: 'data', target: '/data' }] },
        { kind: 'accessory', networks: [{ network: 'default', aliases: ['database'] }] },
      );
    for (const name of ['one', 'two'])
      stand.release(name, { services: [accessory(name), service('web')], volumes: [{ name: 'data' }] });
    db = await compose('db');
    await sh(db, 'echo a row > /data/row');
  });
  afterEach(async () => {
    for (const name of made.splice(0)) await stand.engine.removeContainer(name);
    await stand.cleanUp();
  });

  test('is the accessory: it joins the networks of a release under its names, and leaves them as it was', async () => {
    const before = await stateOf(db);
    await twice(() => stand.perform('createNetworks', { release: 'one' }));
    await twice(() => stand.perform('startAccessory', { ...one, adopts: db }));
    const network = releaseNetwork(stand.place, 'one', 'default');
    expect(Object.keys((await stateOf(db))!.networks)).toContain(network);
    await stand.perform('startInstance', { release: 'one', service: 'web', replica: 1 });
    const [web] = await stand.engine.listContainers(labels(stand.place.installation, { role: 'instance' }));
    expect(await sh(web!.name, 'for name in db database; do nslookup $name | grep -c "Name"; done')).toBe('1\n1');
    expect(await stateOf(accessoryName(stand.place, 'db'))).toBeUndefined();
    await stand.perform('removeInstance', { release: 'one', service: 'web', replica: 1 });
    await twice(() => stand.perform('removeAccessory', one));
    await twice(() => stand.perform('removeNetworks', { release: 'one' }));
    const after = await stateOf(db);
    expect({ ...after, networks: Object.keys(after!.networks) }).toEqual({
      ...before,
      networks: Object.keys(before!.networks),
    });
  });

  test('is put aside for another one on its volume, and comes back, with its restart policy', async () => {
    for (const { release } of [one, two]) await stand.perform('createNetworks', { release });
    await stand.perform('startAccessory', { ...one, adopts: db });
    await twice(() => stand.perform('recreateAccessory', { ...two, composed: db }));
    expect(await stateOf(db)).toMatchObject({ state: 'exited', restart: { name: 'no' } });
    const own = accessoryName(stand.place, 'db');
    expect(await sh(own, 'cat /data/row')).toBe('a row');
    await twice(() => stand.perform('restoreAccessory', { ...two, composed: db, restart: ALWAYS }));
    expect(await stateOf(own)).toBeUndefined();
    expect(await stateOf(db)).toMatchObject({ state: 'running', restart: ALWAYS });
    expect(await sh(db, 'cat /data/row')).toBe('a row');
    // A worker that was killed before the new one was made.
    await stand.engine.setRestartPolicy(db, { name: 'no' });
    await stand.engine.stopContainer(db);
    await stand.perform('restoreAccessory', { ...two, composed: db, restart: ALWAYS });
    expect(await stateOf(db)).toMatchObject({ state: 'running', restart: ALWAYS });
  });

  test('is never joined by a second one on its volume', async () => {
    await stand.perform('createNetworks', { release: 'one' });
    expect(await failureOf(stand.perform('startAccessory', one))).toMatchObject({
      kind: 'volume-in-use',
      service: 'db',
      message: expect.stringContaining(`${db} works on the volume ${volume()} already`),
    });
    expect(await stateOf(accessoryName(stand.place, 'db'))).toBeUndefined();
    await stand.engine.removeContainer(db);
    const other = await compose('database', 'other-project');
    expect(await failureOf(stand.perform('startAccessory', one))).toMatchObject({
      message: expect.stringMatching(/To take it over, write project: other-project under environments\.staging/),
    });
    await stand.engine.stopContainer(other);
    await stand.perform('startAccessory', one);
  });

  test('a volume of another installation is refused', async () => {
    await stand.engine.removeContainer(db);
    const foreign = labels('another', { role: 'volume', app: 'shop', environment: 'staging' });
    const name = uniqueName('volume');
    await stand.engine.createVolume({ name, labels: foreign });
    const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
    const services = [service('db', { mounts }, { kind: 'accessory' })];
    stand.release('one', { services, volumes: [{ name: 'data', called: name }] });
    await stand.perform('createNetworks', { release: 'one' });
    expect(await failureOf(stand.perform('startAccessory', one))).toMatchObject({
      kind: 'foreign-volume',
      message: expect.stringMatching(/was made by the installation another for staging of shop/),
    });
  });

  test('stops for good, and starts again; nothing of another project is touched', async () => {
    const web = await compose('web');
    const stranger = await compose('web', 'other-project', uniqueName('volume'));
    for (const container of [web, stranger]) {
      await twice(() => stand.perform('stopComposed', { container }));
    }
    expect(await stateOf(web)).toMatchObject({ state: 'exited', restart: { name: 'no' } });
    expect(await stateOf(stranger)).toMatchObject({ state: 'running', restart: ALWAYS });
    await twice(() => stand.perform('releaseComposed', { container: web, restart: ALWAYS }));
    expect(await stateOf(web)).toMatchObject({ state: 'exited', restart: ALWAYS });
    await stand.perform('stopComposed', { container: web });
    await twice(() => stand.perform('startComposed', { container: web, restart: ALWAYS }));
    expect(await stateOf(web)).toMatchObject({ state: 'running', restart: ALWAYS });
    await stand.perform('startComposed', { container: uniqueName('gone'), restart: ALWAYS });
  });

  test('the proxy waits without its port while something else listens there, and takes it; it gives it back', async () => {
    stand.release('one', { services: [service('web')], routes: [{ service: 'web', host: 'a', path: '/', port: 80 }] });
    const proxy = `${stand.place.installation}-proxy`;
    await twice(() => stand.perform('ensureProxy', { closed: true }));
    await stand.perform('createNetworks', { release: 'one' });
    expect(await stateOf(proxy)).toMatchObject({ state: 'running', ports: {} });
    await stand.perform('startInstance', { release: 'one', service: 'web', replica: 1 });
    await stand.perform('switchRoutes', { release: 'one' });
    await twice(() => stand.perform('openProxy', { release: 'one' }));
    const network = releaseNetwork(stand.place, 'one', 'default');
    const opened = await stateOf(proxy);
    expect(opened!.ports['80/tcp']).toEqual([{ ip: '127.0.0.1', port: stand.http.port }]);
    expect(Object.keys(opened!.networks)).toContain(network);
    const answer = await fetch(`http://127.0.0.1:${stand.http.port}/`, { headers: { host: 'a' } });
    expect(answer.status).toBeLessThan(500);
    await twice(() => stand.perform('closeProxy', {}));
    expect(await stateOf(proxy)).toMatchObject({ state: 'running', ports: {} });
    expect(Object.keys((await stateOf(proxy))!.networks)).toContain(network);
    // What waits is opened by whoever needs it next; one who is killed on the way leaves its networks to the one after.
    const { engine, deps } = stand;
    const killed = () => Promise.reject(new Error('killed'));
    const removeContainer = (name: string) => (name === proxy ? killed() : engine.removeContainer(name));
    for (const dies of [{ removeContainer }, { renameContainer: killed }])
      await expect(deps.proxy.ensure({ ...engine, ...dies }, proxySettings(deps.settings))).rejects.toThrow('killed');
    await stand.perform('ensureProxy', {});
    const again = (await stateOf(proxy))!;
    expect(again.ports['80/tcp']).toHaveLength(1);
    expect(Object.keys(again.networks)).toContain(network);
    expect(await stateOf(`${proxy}-next`)).toBeUndefined();
  });
});
