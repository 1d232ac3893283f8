import { writePath } from '../../../src/model/text/path';
import { findReservedNames } from '../../../src/model/text/reserved-names';
import type { Network, Service, Volume } from '../../../src/model/service';

const service = (more: { name?: string; aliases?: string[]; bind?: string; labels?: object }): Service =>
  ({
    name: more.name ?? 'web',
    networks: [{ network: 'default', aliases: more.aliases ?? [] }],
    container: { mounts: more.bind ? [{ type: 'bind', source: more.bind, target: '/x' }] : [], labels: more.labels },
  }) as unknown as Service;
const find = (more: { service?: Service; network?: Network; volume?: Volume }) =>
  findReservedNames(
    {
      services: more.service ? [more.service] : [],
      networks: more.network ? [more.network] : [],
      volumes: more.volume ? [more.volume] : [],
    },
    'windlass',
  ).map(({ path, message }) => `${writePath(path)}: ${message.split(',')[0]}`);

test.each<[string, Parameters<typeof find>[0], string]>([
  ['the volume of routes', { volume: { name: 'r', external: 'windlass-routes' } }, 'volumes.r: is windlass-routes'],
  ['by name:', { volume: { name: 'r', called: 'windlass-routes' } }, 'volumes.r: is windlass-routes'],
  [
    'by a path of the engine',
    { service: service({ bind: '/var/lib/docker/./volumes/windlass-routes/_data' }) },
    'services.web.volumes: is /var/lib/docker/./volumes/windlass-routes/_data',
  ],
  [
    'by a volume on that path',
    { volume: { name: 'r', options: { o: 'bind', device: '/x/volumes/windlass-routes' } } },
    'volumes.r: is /x/volumes/windlass-routes',
  ],
  ['the network of the proxy', { network: { name: 'n', external: 'windlass' } }, 'networks.n: is windlass'],
  [
    'the network of another application',
    { network: { name: 'n', external: 'windlass-bank-production' } },
    'networks.n: is windlass-bank-production',
  ],
  [
    'an instance of another application, where the proxy looks',
    { service: service({ aliases: ['Windlass-bank-production-0123456789-web'] }) },
    'services.web.networks.default.aliases: is Windlass-bank-production-0123456789-web',
  ],
  [
    'by the name of the service',
    { service: service({ name: 'windlass-proxy' }) },
    'services.windlass-proxy: is windlass-proxy',
  ],
  [
    'a container of a compose project, which would be taken over',
    { service: service({ labels: { 'com.docker.compose.project': 'bank_production' } }) },
    'services.web.labels["com.docker.compose.project"]: is a label by which docker or windlass itself finds containers that are its own. Remove it',
  ],
  [
    'one of another installation',
    { service: service({ labels: { 'other.role': 'instance', 'other.app': 'bank', role: 'x', app: 'y' } }) },
    'services.web.labels["other.role"]: is a label by which docker or windlass itself finds containers that are its own. Remove it',
  ],
])('refused: %s', (_, more, message) => expect(find(more)[0]).toEqual(message));

test.each<[string, Parameters<typeof find>[0]]>([
  [
    'another name',
    { volume: { name: 'r', external: 'windlassroutes' }, network: { name: 'n', external: 'a-windlass' } },
  ],
  ['the name of compose', { network: { name: 'windlass-routes' }, volume: { name: 'windlass-routes' } }],
  [
    'labels of its own',
    {
      service: service({
        labels: { role: 'x', app: 'y', 'com.example.role': 'z', 'org.opencontainers.image.title': 't' },
      }),
    },
  ],
  ['an alias', { service: service({ aliases: ['api', 'my-windlass-proxy'], bind: '/srv/volumes/other' }) }],
])('allowed: %s', (_, more) => expect(find(more)).toEqual([]));
