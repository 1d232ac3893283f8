import { bootstrap, planBootstrap } from '../../../activities/targets/docker/host/bootstrap';
import { proxySettings } from '../../../activities/engines/proxy/proxy-settings';
import { dialects } from '../../../activities/drivers/proxy/dialects';
import { instanceName, proxyName, readLabels } from '../../../src/model/names';
import { PROXY_CAPABILITIES } from '../../../src/model/host/proxy';
import type { DockerHost } from '../../../src/model/target';
import { describeWith } from '../../setup/parts';
import { failureOf } from '../fixtures';
import { makeTestBed, service, type TestBed } from '../rollout/rollout-fixtures';
import { PROXY_KINDS } from './kinds';

const ROUTE = { service: 'web', host: 'shop.example', path: '/', port: 80 };
const HOST: DockerHost = { kind: 'docker', name: 'local', address: 'local' };

const ways = PROXY_KINDS.flatMap((from) => PROXY_KINDS.filter((to) => to !== from).map((to) => ({ from, to })));

describe.each(ways)('from $from.kind to $to.kind', ({ from, to }) =>
  describeWith([...from.needs, ...to.needs], 'the proxy of a host becomes one of another kind', () => {
    let bed: TestBed;
    beforeAll(async () => {
      bed = await makeTestBed(from.settings());
      const web = service('web', { environment: { NAME: 'one' } });
      bed.release('one', { services: [web], routes: [ROUTE] });
      await bed.perform('ensureProxy', {});
      await bed.perform('createNetworks', { release: 'one' });
      await bed.perform('startInstances', { release: 'one', service: 'web', count: 1 });
      await bed.perform('switchRoutes', { release: 'one' }, { counter: 7 });
      await setRoutes('blog', 'blog.example', 3);
      bed.deps.settings = { ...bed.deps.settings, ...to.settings() };
    });
    afterAll(() => bed.cleanUp());

    const setRoutes = (app: string, host: string, counter: number) =>
      bed.deps.proxy.setRoutes(
        bed.engine,
        { ...bed.place, app },
        { counter, release: 'one', routes: [{ ...ROUTE, host, instances: [instanceName(bed.place, 'one', 'web')] }] },
      );
    const statusAt = async (host: string) => {
      const question = { to: 'routes', host, path: '/' } as const;
      return (await bed.deps.proxy.ask(bed.engine, bed.place.installation, question, 5_000))?.status;
    };
    const found = async () => (await bed.engine.inspectContainer(proxyName(bed.place.installation)))!;
    const kindThere = async () => {
      const { installation } = bed.place;
      return (
        (await bed.deps.proxy.readServed(bed.engine, installation)) &&
        readLabels(installation, (await found()).labels)?.kind
      );
    };
    const inProxy = (script: string) => bed.engine.exec(proxyName(bed.place.installation), ['sh', '-c', script]);

    test('until somebody has it replaced, releases go on with the one that is there', async () => {
      const before = (await found()).id;
      const told: string[] = [];
      const settings = proxySettings(bed.deps.settings);
      await bed.deps.proxy.ensure(bed.engine, settings, { onProgress: (line) => told.push(line) });
      expect(told).toEqual([expect.stringMatching(/ has other settings than .*, and keeps them$/)]);
      await setRoutes('blog', 'blog.example', 4);
      await bed.deps.proxy.close(bed.engine, bed.place, settings);
      expect((await found()).id).toBe(before);
      expect(await statusAt('blog.example')).toBe(200);
      expect(await kindThere()).toBe(from.kind);
    });

    /** What a bootstrap says of a file of routes that somebody has changed; then it is as it was. */
    const refusalOf = async (script: string) => {
      const before = (await found()).startedAt;
      const file = from.file('blog-staging');
      await inProxy(
        `cp ${file} /tmp/kept && sed '${script}' ${file} > /routes/next/old && mv /routes/next/old ${file}`,
      );
      const failure = await failureOf(bootstrap(bed.deps, HOST));
      await inProxy(`cp /tmp/kept /routes/next/old && mv /routes/next/old ${file}`);
      expect((await found()).startedAt).toBe(before);
      return failure;
    };

    test('routes that an older windlass wrote are named before anything is stopped', async () => {
      expect(await refusalOf('/^# set /d')).toMatchObject({
        type: 'Permanent',
        kind: 'bad-route',
        message: `the routes of blog-staging were written for ${from.kind} alone, by an older windlass. Release blog-staging once, then change the kind of the proxy`,
      });
    });

    const cannot = PROXY_CAPABILITIES.filter((one) => !(dialects[to.kind].can as string[]).includes(one));
    if (cannot.includes('https'))
      test('so are routes that the new kind cannot serve', async () => {
        expect(await refusalOf('s/^\\(# set .*\\)"instances"/\\1"https":true,"instances"/')).toMatchObject({
          type: 'Permanent',
          kind: 'bad-route',
          message: `the routes of blog-staging need https, and ${to.kind} cannot do that. Release blog-staging without it first, or keep ${from.kind}`,
        });
      });

    test('bootstrap says what it costs, and the new one serves what the old one served', async () => {
      expect(await planBootstrap(bed.deps, HOST)).toMatchObject({
        does: 'replace',
        what: expect.stringMatching(
          new RegExp(`OUTAGE: .*, of shop staging. Their routes are carried over from ${from.kind} to ${to.kind}$`),
        ),
      });
      await bootstrap(bed.deps, HOST);
      expect(await kindThere()).toBe(to.kind);
      expect(await Promise.all(['shop.example', 'blog.example', 'none.example'].map(statusAt))).toEqual([
        200, 200, 404,
      ]);
      expect(await bed.deps.proxy.readRoutes(bed.engine, bed.place)).toEqual({ release: 'one', counter: 7 });
      expect((await inProxy('ls /routes/live')).stdout.split('\n').filter(Boolean).sort()).toEqual(
        ['blog-staging', 'shop-staging'].map((name) => to.file(name).split('/').at(-1)),
      );
      expect(await failureOf(setRoutes('blog', 'blog.example', 3))).toMatchObject({ kind: 'outdated' });
      const { place, inspect, refTo } = bed;
      expect((await inspect.inspectEnvironment({ ...place, record: refTo('one') })).drift).toEqual([]);
      expect(await planBootstrap(bed.deps, HOST)).toMatchObject({ does: 'none' });
    });
  }),
);
