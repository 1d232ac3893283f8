import { type DockerHost, replicasOn, type Target } from '../../model/target';
import { instanceName, LONGEST_NAME } from '../../model/names';
import type { Finding } from '../../model/text/path';
import type { Service } from '../../model/service';
import { textOf } from '../../model/container/data';
import { didYouMean } from '../../model/text/suggest';
import { placeServices, type ServicesByEnvironment } from '../record/placement';
import { checkStrategyOf } from './strategies';
import { checkPlacement } from './placement';
import type { Manifest } from '../schema';
import { placeTargets } from '../targets';

/** The length of a repeated release's id, `3f2a9c1b7d-12`. */
const A_RELEASE = '0123456789-12';

/** Checks a manifest against its compose services. `installation` is the prefix of all names. */
export function checkServices(manifest: Manifest, services: ServicesByEnvironment, installation: string): Finding[] {
  return [
    ...unknownServices(manifest, services),
    ...commandsOfAccessories(manifest, services),
    ...changesOfOthers(manifest, services),
    ...overridesOfOneOffs(manifest, services),
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

/** Every service name in the manifest must exist. */
function unknownServices(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const all = [...new Set(Object.values(services).flatMap((some) => some.map(({ name }) => name)))];
  const unknown = (path: (string | number)[], name: string, known: string[], atKey = false): Finding[] =>
    known.includes(name)
      ? []
      : [
          {
            path,
            message: `is not a service in the compose files${atKey ? '' : ` (${name})`}. ${didYouMean(name, known)}`,
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
      ...verify.flatMap((one, index) =>
        'service' in one ? unknown([...at, 'verify', index, one.kind, 'service'], one.service, known) : [],
      ),
      ...Object.entries(groups).flatMap(([group, said]) =>
        Object.keys(said.services).flatMap((name) =>
          unknown([...at, 'groups', group, 'services', name], name, known, true),
        ),
      ),
    ];
  });
  return [...ofServices, ...ofEnvironments];
}

/** A service can be an accessory because of its volume, without the manifest saying so. */
function commandsOfAccessories(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const accessories = accessoriesOf(services);
  return Object.entries(manifest.services).flatMap(([name, { before, accessory, background }]) => {
    if (!accessories.has(name) || accessory !== undefined) return [];
    const key = before.length > 0 ? 'before' : background ? 'background' : undefined;
    if (!key) return [];
    return [
      {
        path: ['services', name, key],
        message: `does not apply to an accessory: ${name} keeps data and has no build. Move it to a released service, or write accessory: false`,
        atKey: true,
      },
    ];
  });
}

function changesOfOthers(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const accessories = accessoriesOf(services);
  return Object.entries(manifest.services)
    .filter(([name, { irreversible }]) => irreversible && !accessories.has(name))
    .map(([name]) => ({
      path: ['services', name, 'irreversible'],
      message: `applies to accessories only, and ${name} is released. Move it to a command under before, or remove it`,
      atKey: true,
    }));
}

function overridesOfOneOffs(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const kinds = new Map(Object.values(services).flatMap((some) => some.map(({ name, kind }) => [name, kind] as const)));
  return Object.entries(manifest.services).flatMap(([name, { completes, before, background, replicas }]) => {
    const isOneOff = kinds.get(name) === 'one-off';
    const at = (key: string, message: string) => ({ path: ['services', name, key], message, atKey: true });
    if (!isOneOff)
      return completes && kinds.has(name)
        ? [
            at(
              'completes',
              `does not apply to ${name}, an accessory, which stays. Remove it, or write accessory: false`,
            ),
          ]
        : [];
    const key = before.length > 0 ? 'before' : background ? 'background' : replicas ? 'replicas' : undefined;
    return key ? [at(key, `does not apply to ${name}, which runs once and ends. Remove it`)] : [];
  });
}

/** A volume in the manifest must be mounted by the service. */
function unknownVolumes(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return Object.entries(manifest.services).flatMap(([name, { volumes }]) => {
    const found = Object.values(services).flatMap((some) => some.filter((service) => service.name === name));
    const known = new Set(found.flatMap(({ container }) => container.mounts.map(textOf).filter((said) => said !== '')));
    // Mounts refused for another reason are missing here.
    if (found.length === 0 || known.size === 0) return [];
    return Object.keys(volumes)
      .filter((volume) => !known.has(volume))
      .map((volume) => ({
        path: ['services', name, 'volumes', volume],
        message: `is not a volume or folder that ${name} mounts. ${didYouMean(volume, [...known])}`,
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
            `makes container names too long: ${name} has ${name.length} characters, but DNS allows ${LONGEST_NAME}. ` +
            `Shorten app or environment by ${name.length - LONGEST_NAME}`,
          atKey: true,
        },
      ];
    }),
  );
}

function namesOfReplicas(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  return Object.entries(services).flatMap(([environment, some]) =>
    some.flatMap(({ name }) => {
      const [, base, number] = /^(.*)-(\d+)$/.exec(name) ?? [];
      const other = some.find((service) => service.name === base);
      const most = other ? mostOf(manifest, environment, some, other) : 0;
      if (!other || most < Number(number)) return [];
      const message = `has a service ${name}, and an instance of ${base} (${most} instances) has the same name. Rename ${name}`;
      return [{ path: ['environments', environment], message, atKey: true }];
    }),
  );
}

const mostOf = (manifest: Manifest, environment: string, services: Service[], service: Service) =>
  Math.max(...placedIn(manifest, environment, services).map((target) => replicasOn(target, service)));

const placedIn = ({ environments }: Manifest, environment: string, services: Service[]): Target[] =>
  environments[environment] ? placeTargets(environments[environment], services) : [];

const hostsIn = ({ environments }: Manifest, environment: string, services: Service[]): DockerHost[] =>
  environments[environment] ? placeServices(environments[environment], services) : [];

function hostPortsThatMeet(manifest: Manifest, services: ServicesByEnvironment): Finding[] {
  const taken = new Map<string, string>();
  return Object.entries(services).flatMap(([environment, some]) =>
    hostsIn(manifest, environment, some).flatMap((host) =>
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
                    `publishes port ${port} of ${host.name} for ${service.name}, whose ${replicas} instances cannot share it. ` +
                    `Add a route, or run one instance (services.${service.name}.replicas: 1)`,
                  atKey: true,
                },
              ];
            if (!earlier) return [];
            return [
              {
                path: ['environments', environment],
                message:
                  `publishes port ${port} of ${host.name} for ${service.name}, but ${earlier} already publishes it. Do not publish it ` +
                  `(services.${service.name}.publish: false), or use a variable for the port in the compose file`,
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
        'has no released service, only accessories. To release one: services.NAME.accessory: false, ' +
        'with strategy: recreate if its volume allows one instance at a time',
      atKey: true,
    }));
}

const accessoriesOf = (services: ServicesByEnvironment) =>
  new Set(
    Object.values(services).flatMap((some) => some.filter(({ kind }) => kind === 'accessory').map(({ name }) => name)),
  );
