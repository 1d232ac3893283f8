import { type Placed, replicasOn } from '../model/host';
import { instanceName, LONGEST_NAME } from '../model/names';
import type { Finding } from '../model/path';
import type { Service } from '../model/service';
import { didYouMean } from '../model/suggest';
import { placeServices } from './placement';
import { checkStrategyOf } from './rules-strategies';
import { checkPlacement } from './rules-placement';
import type { Manifest } from './schema';

/** The services of each environment, as the compose files have them. */
export type ServicesByEnvironment = Record<string, Service[]>;

/** As long as the id of a release that was repeated, `3f2a9c1b7d-12`. */
const A_RELEASE = '0123456789-12';

/** What is wrong between a manifest and the services of its compose files. `installation` begins every name. */
export function checkServices(manifest: Manifest, services: ServicesByEnvironment, installation: string): Finding[] {
  return [
    ...unknownServices(manifest, services),
    ...commandsOfAccessories(manifest, services),
    ...changesOfOthers(manifest, services),
    ...wishesOfOneOffs(manifest, services),
    ...unknownVolumes(manifest, services),
    ...namesTooLong(manifest, services, installation),
    ...namesOfReplicas(manifest, services),
    ...hostPortsThatMeet(manifest, services),
    ...Object.entries(manifest.environments).flatMap(([name, said]) =>
      checkStrategyOf(name, said, services[name] ?? []),
    ),
    ...nothingReleased(services),
    ...checkPlacement(manifest, services),
  ];
}

/** Every name of a service that the manifest writes must be one. */
function unknownServices(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const all = [...new Set(Object.values(services).flatMap((some) => some.map(({ name }) => name)))];
  const unknown = (path: (string | number)[], name: string, known: string[], atKey = false): Finding[] =>
    known.includes(name)
      ? []
      : [
          {
            path,
            message: `is not a service of the compose files${atKey ? '' : ` (${name})`}. ${didYouMean(name, known)}`,
            atKey,
          },
        ];
  const ofServices = Object.keys(manifest.services).flatMap((name) => unknown(['services', name], name, all, true));
  const ofEnvironments = Object.entries(manifest.environments).flatMap(([environment, { routes, verify, groups }]) => {
    const known = services[environment]?.map(({ name }) => name);
    if (!known) return [];
    const at = ['environments', environment];
    return [
      ...routes.flatMap((route, index) => unknown([...at, 'routes', index, 'service'], route.service, known)),
      ...verify.flatMap((one, index) => unknown([...at, 'verify', index, one.kind, 'service'], one.service, known)),
      ...Object.entries(groups).flatMap(([group, said]) =>
        Object.keys(said.services).flatMap((name) =>
          unknown([...at, 'groups', group, 'services', name], name, known, true),
        ),
      ),
    ];
  });
  return [...ofServices, ...ofEnvironments];
}

/** That a service is an accessory can follow from its volume, where the manifest does not say so. */
function commandsOfAccessories(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const accessories = accessoriesOf(services);
  return Object.entries(manifest.services).flatMap(([name, { before, accessory, background }]) => {
    if (!accessories.has(name) || accessory !== undefined) return [];
    const key = before.length > 0 ? 'before' : background ? 'background' : undefined;
    if (!key) return [];
    return [
      {
        path: ['services', name, key],
        message: `is said of an accessory: ${name} has a named volume and no build. Move it to a released service, or write accessory: false`,
        atKey: true,
      },
    ];
  });
}

/** Whatever is no accessory is made anew in every release, and the old one is still there to go back to. */
function changesOfOthers(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const accessories = accessoriesOf(services);
  return Object.entries(manifest.services)
    .filter(([name, { irreversible }]) => irreversible && !accessories.has(name))
    .map(([name]) => ({
      path: ['services', name, 'irreversible'],
      message: `is said of ${name}, which is no accessory. Say it of a command under before, or remove it`,
      atKey: true,
    }));
}

/** A service runs once only where another waits for it; then it has no other command, and no instance. */
function wishesOfOneOffs(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const kinds = new Map(Object.values(services).flatMap((some) => some.map(({ name, kind }) => [name, kind] as const)));
  return Object.entries(manifest.services).flatMap(([name, { completes, before, background, replicas }]) => {
    const isOneOff = kinds.get(name) === 'one-off';
    const at = (key: string, message: string) => ({ path: ['services', name, key], message, atKey: true });
    if (!isOneOff)
      return completes && kinds.has(name)
        ? [at('completes', `is said of ${name}, for which no service waits with service_completed_successfully`)]
        : [];
    const key = before.length > 0 ? 'before' : background ? 'background' : replicas ? 'replicas' : undefined;
    return key ? [at(key, `is said of ${name}, which others wait for, and which runs once. Remove it`)] : [];
  });
}

/** A volume of which the manifest says something is one that the service mounts. */
function unknownVolumes(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return Object.entries(manifest.services).flatMap(([name, { volumes }]) => {
    const found = Object.values(services).flatMap((some) => some.filter((service) => service.name === name));
    const known = new Set(
      found.flatMap(({ container }) =>
        container.mounts.flatMap((mount) => (mount.type === 'volume' ? mount.volume : [])),
      ),
    );
    // What is refused for another reason is not among its mounts.
    if (found.length === 0 || known.size === 0) return [];
    return Object.keys(volumes)
      .filter((volume) => !known.has(volume))
      .map((volume) => ({
        path: ['services', name, 'volumes', volume],
        message: `is no volume that ${name} mounts. ${didYouMean(volume, [...known])}`,
        atKey: true,
      }));
  });
}

function namesTooLong(manifest: Manifest, services: ServicesByEnvironment, installation: string): Finding[] {
  return Object.entries(services).flatMap(([environment, some]) =>
    some.flatMap((service) => {
      const name = instanceName(
        { installation, app: manifest.app, environment },
        A_RELEASE,
        service.name,
        mostOf(manifest, environment, some, service),
      );
      if (service.kind === 'accessory' || name.length <= LONGEST_NAME) return [];
      return [
        {
          path: ['environments', environment],
          message:
            `makes names that are too long for the network: ${name} has ${name.length} signs, ${LONGEST_NAME} resolve. ` +
            `Shorten app, environment or service by ${name.length - LONGEST_NAME}`,
          atKey: true,
        },
      ];
    }),
  );
}

/** The second instance of `web` is called as the first of a service `web-2` would be. */
function namesOfReplicas(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return Object.entries(services).flatMap(([environment, some]) =>
    some.flatMap(({ name }) => {
      const [, base, number] = /^(.*)-(\d+)$/.exec(name) ?? [];
      const other = some.find((service) => service.name === base);
      const most = other ? mostOf(manifest, environment, some, other) : 0;
      if (!other || most < Number(number)) return [];
      const message = `has a service ${name}, and ${base} with ${most} instances, of which one has the same name. Rename ${name}`;
      return [{ path: ['environments', environment], message, atKey: true }];
    }),
  );
}

/** The most instances of a service that any host runs. */
const mostOf = (manifest: Manifest, environment: string, services: Service[], service: Service) =>
  Math.max(...placedIn(manifest, environment, services).hosts.map((host) => replicasOn(host, service)));

const placedIn = ({ environments }: Manifest, environment: string, services: Service[]): Placed => ({
  hosts: environments[environment] ? placeServices(environments[environment], services) : [],
  services,
});

/** Two containers cannot publish the same port of one host. */
function hostPortsThatMeet(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const taken = new Map<string, string>();
  return Object.entries(services).flatMap(([environment, some]) =>
    placedIn(manifest, environment, some).hosts.flatMap((host) =>
      some
        .filter((service) => replicasOn(host, service) > 0)
        .flatMap((service) =>
          service.container.ports.flatMap(({ host: port, protocol }) => {
            if (port === undefined) return [];
            const key = `${host.address} ${port}/${protocol}`;
            const earlier = taken.get(key);
            taken.set(key, earlier ?? `${service.name} of ${environment}`);
            const replicas = replicasOn(host, service);
            if (!earlier && replicas > 1)
              return [
                {
                  path: ['environments', environment],
                  message:
                    `publishes port ${port} of ${host.name} for ${service.name}, of which there are ${replicas} instances and one can have it. ` +
                    `Give ${service.name} a route, or one instance (services.${service.name}.replicas: 1)`,
                  atKey: true,
                },
              ];
            if (!earlier) return [];
            return [
              {
                path: ['environments', environment],
                message:
                  `publishes port ${port} of ${host.name} for ${service.name}, which ${earlier} publishes already. Publish it nowhere ` +
                  `(services.${service.name}.publish: false), or on another port by a variable in the compose file`,
                atKey: true,
              },
            ];
          }),
        ),
    ),
  );
}

function nothingReleased(services: ServicesByEnvironment): Finding[] {
  return Object.entries(services)
    .filter(([, some]) => some.every(({ kind }) => kind === 'accessory' || kind === 'one-off'))
    .map(([environment]) => ({
      path: ['environments', environment],
      message:
        'has accessories alone, so there is nothing to release. Of a service that shall change with releases, write services.NAME.accessory: ' +
        'false, and strategy: recreate where its volume is for one instance at a time',
      atKey: true,
    }));
}

const accessoriesOf = (services: ServicesByEnvironment) =>
  new Set(
    Object.values(services).flatMap((some) => some.filter(({ kind }) => kind === 'accessory').map(({ name }) => name)),
  );
