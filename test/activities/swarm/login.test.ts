import { SecretReader } from '../../../activities/secrets';
import type { SwarmContext } from '../../../activities/targets/swarm/context';
import { scale } from '../../../activities/targets/swarm/sets/change';
import { labels } from '../../../src/model/names';

const IMAGE = 'registry.example/shop/web@sha256:1';

/** Nodes use the login that came last: one that is left out of an update would be gone for the tasks that are moved later. */
test('a login of the registry goes along with every change of a service', async () => {
  process.env['WLTEST_LOGIN_USER'] = 'puller';
  process.env['WLTEST_LOGIN_WORD'] = 'only-here';
  const logins: unknown[] = [];
  const spec = {
    Name: 'web',
    Labels: labels('windlass', { role: 'instance', app: 'shop', environment: 'production', release: 'r1', step: 's' }),
    TaskTemplate: { ContainerSpec: { Image: IMAGE } },
    Mode: { Replicated: { Replicas: 1 } },
  };
  const ctx = {
    place: { installation: 'windlass', app: 'shop', environment: 'production' },
    secrets: new SecretReader(),
    findRecord: async () => ({
      registry: {
        address: 'registry.example/shop',
        username: { env: 'WLTEST_LOGIN_USER' },
        password: { env: 'WLTEST_LOGIN_WORD' },
      },
    }),
    swarm: {
      inspectService: async () => ({ name: 'web', spec, labels: spec.Labels, replicas: 1, image: IMAGE }),
      updateService: async (...[, , login]: unknown[]) => void logins.push(login),
    },
  } as unknown as SwarmContext;
  await scale(ctx, 'web', () => 2);
  expect(logins).toEqual([{ username: 'puller', password: 'only-here', serveraddress: 'registry.example' }]);
});
