import { meet } from '../../../src/model/host/route-address';
import { planRollout } from '../../../src/plan/plan-rollout';
import { environment, observed, planning, record, service } from './fixtures';

const wanted = record('r1', environment([service('web')], { routes: [route('/shop')] }));

function route(path: string, host = 'shop.localhost') {
  return { service: 'web', host, path, port: 8080 };
}

const withHost = (more: object) => ({ targets: { local: { ...observed().targets['local']!, ...more } } });

test.each([
  ['/shop', '/shop', true],
  ['/shop', '/shop/', true],
  ['/', '/shop', true],
  ['/shop/cart', '/shop', true],
  // a prefix to the proxy, too
  ['/shop', '/shops', true],
  ['/cart', '/shop', false],
])('%s and %s of a host meet: %s', (one, other, isSo) => {
  expect(meet(route(one), route(other))).toBe(isSo);
  expect(meet(route(other), route(one))).toBe(isSo);
  expect(meet(route(one), route(other, 'other.localhost'))).toBe(false);
});

test('an address that another place has is refused before anything is touched, with its owner', () => {
  const taken = [{ owner: 'blog-production', host: 'shop.localhost', path: '/' }];
  expect(() => planRollout(planning({ wanted, observed: withHost({ taken }) }))).toThrow(
    'shop.localhost/shop is an address of blog-production, which owns shop.localhost/. Route another host name or path, or free the address first: release blog-production without the route, or remove it with windlass eject',
  );
  const elsewhere = [{ ...taken[0]!, path: '/blog' }];
  expect(planRollout(planning({ wanted, observed: withHost({ taken: elsewhere }) }))).toEqual(
    planRollout(planning({ wanted })),
  );
});

test('a proxy with other settings is named, for no release recreates it', () => {
  const proxy = { kind: 'traefik', can: [], image: 'traefik', state: 'running', listens: ['http'], spec: 'old' };
  const warningsWith = (proxySpecs?: string[]) =>
    planRollout(planning({ wanted, observed: withHost({ proxy }), proxySpecs })).warnings;
  expect(warningsWith(['new', 'closed'])).toEqual([
    "local: its proxy has other settings than the worker's, so it may cut off or change requests. To recreate it, which refuses all requests on local for some seconds: windlass bootstrap production --host local",
  ]);
  expect(warningsWith(['new', 'old'])).toEqual([]);
  expect(warningsWith()).toEqual([]);
});
