import { parts } from '../../setup/parts';
import { CACHE, describeOnThreeHosts, FILES } from './three-hosts';

/** Each strategy fails on one host first: before anything is switched, and when some traffic is on the new release. */
describeOnThreeHosts('a strategy on three hosts over SSH', (on) => {
  describe.each([
    ['blue-green', 'blue-green'],
    ['rolling by hosts', '{ rolling: { batch: 1, of: hosts, pause: 500ms } }'],
    ['rolling', '{ rolling: { batch: 1, pause: 500ms } }'],
    ['canary', '{ canary: { steps: [{ weight: 50, soak: 500ms }] } }'],
  ])('%s', (name, strategy) => {
    it.each([
      ['prepare', 7701, (current: string) => [current]],
      // Background services change over last, behind the shares; where there are none, first, on every host.
      ['switch', 7702, (current: string) => (name === 'blue-green' ? [current] : [current, 'three'].sort())],
    ])('all hosts stay or go back when one of them fails in %s', async (phase, port, answered) => {
      await on.begin();
      const [before, routes] = [await on.page(on.a), await on.readRoutes()];
      const heal = await on.poison(on.b, port);
      const sha = on.ready('three', { strategy });
      const clients = on.send();
      const { status, said } = await on.release(sha);
      await heal();
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await on.answersOf(clients)).toEqual(answered(before));
      for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(on.good));
      if (phase === 'prepare') expect(await on.readRoutes()).toEqual(routes);
    });

    it('moves all hosts on, and no request is lost', async () => {
      await on.begin();
      const before = await on.page(on.a);
      const clients = on.send();
      const next = on.ready(`by ${name}`, { strategy });
      expect(await on.release(next)).toMatchObject({ status: 0 });
      expect(await on.answersOf(clients)).toEqual([before, `by ${name}`].sort());
      for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(next));
    });
  });

  describe('recreate', () => {
    it('touches nothing when one host fails in prepare', async () => {
      await on.begin();
      const [before, routes] = [await on.page(on.a), await on.readRoutes()];
      const cache = {
        strategy: 'recreate',
        groups: `      cache: { hosts: [${on.b.ip}], services: { cache: 1 }, address: ${on.b.ip} }\n`,
      };
      const compose = FILES(parts().images.base.name, on.store)['docker-compose.yml'];
      on.shop.write(
        'docker-compose.yml',
        compose.replace('volumes: { data', `${CACHE(on.store)}volumes: { cache: {}, data`),
      );
      const heal = await on.poison(on.b, 8001);
      const sha = on.ready('four', cache);
      const clients = on.send();
      const { status, said } = await on.release(sha);
      await heal();
      on.shop.write('docker-compose.yml', compose);
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await on.answersOf(clients)).toEqual([before]);
      expect(await on.readRoutes()).toEqual(routes);
      for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(on.good));
    });

    it('takes all hosts back when one fails in the switch', async () => {
      await on.begin();
      const before = await on.page(on.a);
      const heal = await on.poison(on.b, 7701);
      const clients = on.send();
      const { status, said } = await on.release(on.ready('three', { strategy: 'recreate' }));
      await heal();
      expect({ status, said }).toMatchObject({ status: 3 });
      expect(await on.answersOf(clients, { outage: true })).toEqual([before]);
      for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(on.good));
    });

    it('moves all hosts on', async () => {
      await on.begin();
      const clients = on.send();
      const before = await on.page(on.a);
      const next = on.ready('by recreate', { strategy: 'recreate' });
      expect(await on.release(next)).toMatchObject({ status: 0 });
      expect(await on.answersOf(clients, { outage: true })).toEqual([before, 'by recreate'].sort());
      for (const host of [on.a, on.b]) expect(await on.running(host)).toEqual(on.front(next));
    });
  });
});
