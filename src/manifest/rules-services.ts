import { instanceName, LONGEST_NAME } from '../model/names';
import type { Finding } from '../model/path';
import type { Service } from '../model/service';
import { didYouMean } from '../model/suggest';
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
    ...namesTooLong(manifest, services, installation),
    ...namesOfReplicas(services),
    ...hostPortsThatMeet(manifest, services),
    ...nothingReleased(services),
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
  const ofEnvironments = Object.entries(manifest.environments).flatMap(([environment, { routes, verify }]) => {
    const known = services[environment]?.map(({ name }) => name);
    if (!known) return [];
    const at = ['environments', environment];
    return [
      ...routes.flatMap((route, index) => unknown([...at, 'routes', index, 'service'], route.service, known)),
      ...verify.flatMap((one, index) => unknown([...at, 'verify', index, one.kind, 'service'], one.service, known)),
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

function namesTooLong(manifest: Manifest, services: ServicesByEnvironment, installation: string): Finding[] {
  return Object.entries(services).flatMap(([environment, some]) =>
    some.flatMap((service) => {
      const name = instanceName(
        { installation, app: manifest.app, environment },
        A_RELEASE,
        service.name,
        service.replicas,
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
function namesOfReplicas(services: ServicesByEnvironment): Finding[] {
  return Object.entries(services).flatMap(([environment, some]) =>
    some.flatMap(({ name }) => {
      const [, base, number] = /^(.*)-(\d+)$/.exec(name) ?? [];
      const other = some.find((service) => service.name === base && service.replicas >= Number(number));
      if (!other) return [];
      const message = `has a service ${name}, and ${base} with ${other.replicas} instances, of which one has the same name. Rename ${name}`;
      return [{ path: ['environments', environment], message, atKey: true }];
    }),
  );
}

/** Two accessories cannot publish the same port of one host. */
function hostPortsThatMeet(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const taken = new Map<string, string>();
  return Object.entries(services).flatMap(([environment, some]) =>
    (manifest.environments[environment]?.hosts ?? []).flatMap((host) =>
      some.flatMap((service) =>
        service.container.ports.flatMap(({ host: port, protocol }) => {
          if (port === undefined) return [];
          const key = `${host} ${port}/${protocol}`;
          const earlier = taken.get(key);
          taken.set(key, earlier ?? `${service.name} of ${environment}`);
          if (!earlier) return [];
          return [
            {
              path: ['environments', environment],
              message:
                `publishes port ${port} of ${host} for ${service.name}, which ${earlier} publishes already. Publish it nowhere ` +
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
    .filter(([, some]) => some.every(({ kind }) => kind === 'accessory'))
    .map(([environment]) => ({
      path: ['environments', environment],
      message:
        'has accessories alone, so there is nothing to release. Expected at least one other service in the compose files',
      atKey: true,
    }));
}

const accessoriesOf = (services: ServicesByEnvironment) =>
  new Set(
    Object.values(services).flatMap((some) => some.filter(({ kind }) => kind === 'accessory').map(({ name }) => name)),
  );
