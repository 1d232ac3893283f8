import { compareImages, compareSettings, compareSources } from '../../../src/plan/compare/differences';
import { compareEnvironments } from '../../../src/plan/compare/parity';
import { digest, environment, record, service } from './fixtures';

const container = (settings: Record<string, string>) => ({
  environment: settings,
  mounts: [],
  ports: [],
  expose: [],
});
const before = environment(
  [
    service('web'),
    service('old'),
    service('api', { container: container({ PAYMENTS: 'test', KEY: '{{secret:KEY}}' }) }),
  ],
  { secrets: { KEY: { env: 'A' }, GONE: { file: '/gone' } }, soakMs: 2_000 },
);
const after = environment(
  [
    service('api', { container: container({ PAYMENTS: 'live', KEY: '{{secret:KEY}}' }), replicas: 2 }),
    service('web', { image: `registry/shop/web@${digest('b')}` }),
  ],
  {
    secrets: { KEY: { exec: ['op', 'read', 'x'] } },
    routes: [{ service: 'web', host: 'shop.example', path: '/', port: 80 }],
    verifications: [{ kind: 'http', title: 'GET /', service: 'web', path: '/' } as never],
  },
);

test('two releases: digests, configuration, and where secrets are read, whatever the order of services', () => {
  expect(compareImages(before, after)).toEqual([
    { what: 'old', before: 'sha256:aaaaaaaaaaaa', after: undefined },
    { what: 'web', before: 'sha256:aaaaaaaaaaaa', after: 'sha256:bbbbbbbbbbbb' },
  ]);
  expect(compareSettings(before, after)).toEqual([
    { what: 'api.container.environment.PAYMENTS', before: 'test', after: 'live' },
    { what: 'api.replicas', before: '1', after: '2' },
    { what: 'old', before: expect.stringContaining('"kind":"released"'), after: undefined },
    { what: 'routes.web', before: 'shop.localhost/ to port 8080', after: 'shop.example/ to port 80' },
    { what: 'soak', before: '2s', after: '10s' },
    { what: 'verify.GET /', before: undefined, after: '{"kind":"http","service":"web","path":"/"}' },
  ]);
  expect(compareSources(before, after)).toEqual([
    { what: 'GONE', before: 'file /gone', after: undefined },
    { what: 'KEY', before: 'env A', after: 'exec op read x' },
  ]);
  for (const compare of [compareImages, compareSettings, compareSources]) expect(compare(after, after)).toEqual([]);
});

describe('parity', () => {
  const api = (settings: Record<string, string>, more = {}) =>
    service('api', { container: container(settings), ...more });
  const inStaging = environment([api({ PAYMENTS: 'test', KEY: '{{secret:A}}' })], {
    name: 'staging',
    variables: { PAYMENTS: 'test' },
    compose: ['staging.yml'],
    secrets: { A: { env: 'STAGING_A' } },
  });
  const inProduction = environment([api({ PAYMENTS: 'live', KEY: '{{secret:A}}' }, { replicas: 3 })], {
    name: 'production',
    variables: { PAYMENTS: 'live' },
    secrets: { A: { env: 'PRODUCTION_A' } },
  });
  const one = record('aaa', inStaging, inProduction);
  const older = record('bbb', inStaging, { ...inProduction, routes: [] });

  test('what one manifest says of both is declared, and where', () => {
    const found = compareEnvironments({ name: 'staging', record: one }, { name: 'production', record: one });
    expect(found.byRelease).toEqual([]);
    expect(found.declared.map(({ what, before: was, after: is, by }) => `${what}: ${was} | ${is} (${by})`)).toEqual([
      'api.container.environment.PAYMENTS: test | live (variables.PAYMENTS)',
      'api.replicas: 1 | 3 (staging.yml)',
      'compose: staging.yml |  (compose)',
      'variables.PAYMENTS: test | live (variables)',
      'secrets.A: env STAGING_A | env PRODUCTION_A (secrets)',
    ]);
  });

  test('what only another release has is not', () => {
    const found = compareEnvironments({ name: 'staging', record: one }, { name: 'production', record: older });
    expect(found).toMatchObject({
      first: { environment: 'staging', release: 'aaa' },
      second: { environment: 'production', release: 'bbb' },
    });
    expect(found.byRelease).toEqual([{ what: 'routes.web', before: 'shop.localhost/ to port 8080', after: undefined }]);
    expect(found.declared).toHaveLength(5);
  });

  test('a release that does not know the other environment is compared from the other side', () => {
    const alone = record('ccc', inStaging);
    const found = compareEnvironments({ name: 'staging', record: alone }, { name: 'production', record: one });
    expect([found.declared.length, found.byRelease]).toEqual([5, []]);
    const both = compareEnvironments(
      { name: 'staging', record: alone },
      { name: 'production', record: record('ddd', inProduction) },
    );
    expect([both.declared, both.byRelease.length]).toEqual([[], 5]);
  });
});
