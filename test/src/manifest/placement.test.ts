import { parseManifest } from '../../../src/manifest/parse';
import { placeServices } from '../../../src/manifest/record/placement';
import { checkPlacement, checkReach, reportPlacement } from '../../../src/manifest/rules/placement';
import { describeProblem } from '../../../src/model/text/problem';
import type { Network, Service } from '../../../src/model/service';
import { service } from '../plan/fixtures';

const manifestOf = (more: string) => {
  const text = `app: shop\nenvironments:\n  production:\n    hosts: [ssh://a, "ssh://b", "ssh://c"]\n${more}`;
  const { manifest, problems, point } = parseManifest('windlass.yaml', text);
  expect(problems).toEqual([]);
  return { manifest: manifest!, point };
};
const said = (more: string, production: Service[], rule: typeof checkPlacement) => {
  const { manifest, point } = manifestOf(more);
  return rule(manifest, { production }).map((finding) => describeProblem(point(finding)));
};
const check = (more: string, services: Service[]) => said(more, services, checkPlacement);
const tell = (more: string, services: Service[]) => said(more, services, reportPlacement);

const calling = (name: string, environment: Record<string, string>) =>
  service(name, { container: { environment, mounts: [], ports: [], expose: [] } });
const db = (ip?: string) =>
  service('db', {
    kind: 'accessory',
    networks: [{ network: 'default', aliases: ['database'] }],
    container: {
      environment: {},
      mounts: [],
      ports: ip === 'none' ? [] : [{ container: 5432, host: '5432', protocol: 'tcp', ip }],
      expose: [],
    },
  });

const GROUPS = `    groups:
      front: { hosts: [a, b], services: { web: 2, api: 1 } }
      data: { hosts: [c], services: { db: 1 }, address: 10.0.0.3 }
`;

test('a service in a group runs there, every other one everywhere; accessories elsewhere are reached by address', () => {
  const { manifest } = manifestOf(GROUPS);
  const placed = placeServices(manifest.environments['production']!, [
    service('web'),
    service('api'),
    service('log', { replicas: 3, networks: [] }),
    db(),
  ]);
  const reaches = { db: '10.0.0.3', database: '10.0.0.3' };
  expect(placed).toEqual([
    { kind: 'docker', name: 'a', address: 'ssh://a', runs: { web: 2, api: 1, log: 3 }, reaches },
    { kind: 'docker', name: 'b', address: 'ssh://b', runs: { web: 2, api: 1, log: 3 }, reaches },
    { kind: 'docker', name: 'c', address: 'ssh://c', runs: { log: 3, db: 1 } },
  ]);
});

test('without groups every service runs on every host', () => {
  const { manifest } = manifestOf('');
  const placed = placeServices(manifest.environments['production']!, [service('web')]);
  expect(placed.map(({ name, runs }) => [name, runs])).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['c', undefined],
  ]);
});

test('an accessory keeps data, so it runs on one host, once', () => {
  expect(check('', [service('web'), db()])).toEqual([
    'windlass.yaml:4:5 environments.production.hosts: are 3 hosts for db, an accessory, which must run on exactly one because it keeps data. ' +
      'Give it a group of one host: groups: { data: { hosts: [a], services: { db: 1 } } }.',
  ]);
  expect(check('    groups: { data: { hosts: [b, c], services: { db: 1 } } }\n', [db()])).toEqual([
    'windlass.yaml:5:15 environments.production.groups.data: has 2 hosts for db, an accessory, which must run on exactly one because it keeps data. ' +
      'Give it a group of one host: groups: { data: { hosts: [b], services: { db: 1 } } }.',
  ]);
  expect(check('    groups: { data: { hosts: [c], services: { db: 2 } } }\n', [db()])).toEqual([
    'windlass.yaml:5:51 environments.production.groups.data.services.db: is 2. An accessory keeps data and has one instance.',
  ]);
});

const APART =
  '    groups: { web: { hosts: [a, b], services: { web: 1 } }, api: { hosts: [c], services: { api: 1 } } }\n';

test.each([
  ['depends on it', service('web', { dependsOn: [{ service: 'api', condition: 'started' }] })],
  ['has its address in a setting', calling('web', { UPSTREAM: 'http://api:8080/' })],
  ['has its name as a host', calling('web', { API_HOST: 'api' })],
])('a service that %s shares its hosts', (_, web) => {
  expect(check(APART, [web, service('api')])).toEqual([
    'windlass.yaml:5:61 environments.production.groups.api: runs api on c, and web on a calls it by its name, which resolves only on its own host. ' +
      'Run both on the same hosts, or let web call it through a route.',
  ]);
});

test('services that only share a network are told of, background services and own networks are not', () => {
  expect(check(APART, [service('web'), service('api')])).toEqual([]);
  expect(tell(APART, [service('web'), service('api')])).toEqual([
    'windlass.yaml:5:5 environments.production.groups: web and api share a network but not all hosts: on a, web cannot find api by its name.',
  ]);
  const apart = service('api', { networks: [{ network: 'back', aliases: [] }] });
  expect(tell(APART, [service('web'), apart])).toEqual([]);
  expect(tell(GROUPS, [service('web'), service('api'), db()])).toEqual([]);
});

test('an accessory on another host has an address, and a port that is open there', () => {
  const web = calling('web', { DATABASE_URL: 'postgres://shop:{{secret:P}}@db/shop' });
  expect(check(GROUPS, [web, service('api'), db()])).toEqual([]);
  expect(check(GROUPS.replace(', address: 10.0.0.3', ''), [web, service('api'), db()])).toEqual([
    'windlass.yaml:7:7 environments.production.groups.data: needs an address, because web on a calls db on c. ' +
      "Write address: and that host's IP address.",
  ]);
  const published = `Publish it in the compose file: ports: ["10.0.0.3:5432:5432"].`;
  expect(check(GROUPS, [web, service('api'), db('none')])).toEqual([
    `windlass.yaml:7:7 environments.production.groups.data: has db, which web on another host calls; but it publishes no port. ${published}`,
  ]);
  expect(check(GROUPS, [web, service('api'), db('127.0.0.1')])).toEqual([
    `windlass.yaml:7:7 environments.production.groups.data: has db, which web on another host calls; but it publishes its port on loopback only. ${published}`,
  ]);
});

test('from internal networks alone no accessory on another host is reached', () => {
  const { manifest, point } = manifestOf(GROUPS);
  const web = calling('web', { DATABASE_URL: 'postgres://db/shop' });
  const reach = (names: string[], networks: Network[]) => {
    const services = [{ ...web, networks: names.map((network) => ({ network, aliases: [] })) }, service('api'), db()];
    return checkReach(manifest, { production: { services, networks } }).map((one) => describeProblem(point(one)));
  };
  const internal = [{ name: 'default', internal: true }];
  expect(reach(['default'], internal)).toEqual([
    'windlass.yaml:7:7 environments.production.groups.data: has db, which web on a calls; but web is only in internal networks, which cannot reach other hosts. ' +
      'Add web to a network that is not internal, or run both on the same hosts.',
  ]);
  expect(reach(['default', 'out'], [...internal, { name: 'out' }])).toEqual([]);
  expect(reach(['default'], [{ name: 'default' }])).toEqual([]);
});
