import { claimsFor, networksOf } from '../../../../src/model/kubernetes/release';
import { wholeOf } from '../../../../src/model/kubernetes/whole';
import { environment, service } from '../../plan/fixtures';

const place = { installation: 'windlass', app: 'shop', environment: 'production' };
const web = service('web');
const mounts = [{ type: 'volume' as const, volume: 'data', target: '/data' }];
const db = service('db', { kind: 'accessory', container: { environment: {}, ports: [], expose: ['5432'], mounts } });
const shop = environment([web, db], {
  targets: [{ kind: 'kubernetes', name: 'kubernetes', namespace: 'shop', route: 'service' }],
  volumes: [{ name: 'data', labels: { 'storage.size': '10Gi', 'storage.class': 'fast' } }],
});

test('a release is marked, and its services and accessories have Services', () => {
  const all = networksOf(place, shop, 'aaa', 'kubernetes');
  expect(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'ConfigMap windlass-shop-production-aaa',
    'Service windlass-shop-production-aaa-web',
    'Service windlass-shop-production-db',
  ]);
  expect(all[2]).toMatchObject({ spec: { ports: [{ port: 5432, protocol: 'TCP' }] } });
});

test('its pods are guarded where the manifest wants it, a single one by no budget', () => {
  const kubernetes = { kind: 'kubernetes' as const, name: 'kubernetes', namespace: 'shop', route: 'service' as const };
  const guarded = { ...kubernetes, disruptionBudgets: true as const, networkPolicies: true as const };
  const routes = [{ service: 'web', host: 'a', path: '/', port: 80 }];
  const all = networksOf(
    place,
    environment([{ ...web, replicas: 2 }, db, service('jobs', { kind: 'background' })], { targets: [guarded], routes }),
    'aaa',
    'kubernetes',
  );
  const found = all.filter(({ kind }) => kind === 'PodDisruptionBudget' || kind === 'NetworkPolicy');
  const own = { 'windlass.app': 'shop', 'windlass.environment': 'production' };
  const inside = [{ from: [{ podSelector: { matchLabels: own } }] }];
  expect(found.map(({ metadata, spec }) => [metadata.name, spec])).toEqual([
    [
      'windlass-shop-production-aaa-web',
      {
        maxUnavailable: 1,
        selector: { matchLabels: expect.objectContaining({ 'windlass.service': 'web', 'windlass.release': 'aaa' }) },
      },
    ],
    [
      'windlass-shop-production-aaa-pods',
      {
        podSelector: { matchLabels: { ...own, 'windlass.release': 'aaa' } },
        policyTypes: ['Ingress'],
        ingress: inside,
      },
    ],
    [
      'windlass-shop-production-aaa-accessories',
      {
        podSelector: { matchLabels: { ...own, 'windlass.role': 'accessory' } },
        policyTypes: ['Ingress'],
        ingress: inside,
      },
    ],
    [
      'windlass-shop-production-aaa-routes-web',
      {
        podSelector: { matchLabels: { ...own, 'windlass.release': 'aaa', 'windlass.service': 'web' } },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      },
    ],
  ]);
});

test('an accessory has a claim for each volume, of the size and class that are written', () => {
  expect(claimsFor(place, shop, db)).toMatchObject([
    {
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'shop-data' },
      spec: { storageClassName: 'fast', resources: { requests: { storage: '10Gi' } } },
    },
  ]);
});

test('the same service is always the same object', () => {
  const make = () =>
    wholeOf({
      kind: 'Deployment',
      name: 'NAME',
      place,
      environment: shop,
      service: web,
      replicas: 2,
      labels: {},
      selector: { s: '1' },
      podLabels: { s: '1' },
      hosts: [],
      hasLogin: true,
      secret: 'SECRET',
      config: 'CONFIG',
    });
  expect(JSON.stringify(make())).toBe(JSON.stringify(make()));
  expect(make()).toMatchObject({
    spec: { replicas: 2, template: { spec: { imagePullSecrets: [{ name: 'windlass-shop-production-pull' }] } } },
  });
});
