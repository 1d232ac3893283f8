import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { nameOfVolume } from '../../../../src/model/container/data';
import { accessoryName, environmentNetwork, instanceName, labels, releaseNetwork } from '../../../../src/model/names';
import type { NodePlacement, Service } from '../../../../src/model/service';
import type { ServiceWords } from '../../../drivers/swarm/swarm';
import { type SetMake, translateSet, type VolumeMake } from '../../../drivers/swarm/translate';
import { hashSpec } from '../../../engines/hash-spec';
import { type Identity, labelsOf } from '../../../engines/make';
import { withCommand } from '../../../engines/one-off';
import type { SwarmContext } from '../context';
import { placeFiles } from './files';

/** A wanted Swarm service. `whole` is read only when it must be made, because that reads secrets. */
export interface Make {
  name: string;
  spec: string;
  release: string;
  service: Service;
  environment: EnvironmentRecord;
  whole(replicas: number, placement?: NodePlacement): Promise<ServiceWords>;
}

/** All instances of a service of a release. */
export const makeSet = (ctx: SwarmContext, environment: EnvironmentRecord, service: Service, release: string): Make =>
  makeOf(ctx, environment, service, {
    name: instanceName(ctx.place, release, service.name),
    spec: hashSpec(service),
    networks: [home(ctx), ...networksOf(ctx, environment, service, release)],
    release,
    words: { role: 'instance', step: 'startInstances' },
  });

/** An accessory is in the environment's overlay alone, under its own name: a service that joins another network starts again. */
export const makeAccessory = (
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Make =>
  makeOf(ctx, environment, service, {
    name: accessoryName(ctx.place, service.name),
    spec: hashSpec(service, environment.volumes),
    networks: [{ ...home(ctx), aliases: aliasesOf(service) }],
    release,
    words: {
      role: 'accessory',
      step: 'startAccessory',
      ...(service.irreversible && { irreversible: 'true' }),
    },
  });

/** A command in the service's image and networks, without the service's name; an empty one is the service's own. */
export function makeJob(
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
  { name, command, step, caller }: { name: string; command: string[]; step: 'runOneOff' | 'verify'; caller?: string },
): Make {
  const own = withCommand(service, command);
  const networks = [home(ctx), ...networksOf(ctx, environment, service, release)];
  return makeOf(ctx, environment, own, {
    name,
    spec: hashSpec(own),
    networks: networks.map((network) => ({ ...network, aliases: [] })),
    release,
    words: { role: 'one-off', step },
    caller,
  });
}

const home = ({ place }: SwarmContext) => ({ name: environmentNetwork(place), aliases: [] as string[] });

const aliasesOf = ({ name, networks }: Service) => [...new Set([name, ...networks.flatMap(({ aliases }) => aliases)])];

function networksOf({ place }: SwarmContext, environment: EnvironmentRecord, service: Service, release: string) {
  return service.networks.map(({ network, aliases }) => ({
    name: environment.networks.find((one) => one.name === network)?.external ?? releaseNetwork(place, release, network),
    aliases: [...new Set([service.name, ...aliases])],
  }));
}

function makeOf(
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  service: Service,
  identity: Identity & Pick<SetMake, 'name' | 'networks'>,
): Make {
  const { name, spec, networks, words, release } = identity;
  return {
    name,
    spec,
    release,
    service,
    environment,
    async whole(replicas, placement = service.placement) {
      const { files: _, ...plain } = service.container;
      const container = await ctx.secrets.inTexts(plain, environment.secrets);
      return translateSet({
        name,
        image: service.image,
        labels: await labelsOf(ctx, environment, service, identity),
        container,
        volumes: volumesOf(ctx, environment, service),
        files: await placeFiles(ctx, environment, service, release),
        networks,
        placement,
        replicas,
        isJob: words.role === 'one-off',
      });
    },
  };
}

/** Where the node has none of the name, the swarm makes it there, with these labels. */
function volumesOf(
  { place }: SwarmContext,
  environment: EnvironmentRecord,
  { container }: Service,
): Record<string, VolumeMake> {
  const { installation, app, environment: environmentName } = place;
  const own = labels(installation, { role: 'volume', app, environment: environmentName });
  const mounted = container.mounts.flatMap((mount) => (mount.type === 'volume' ? [mount.volume] : []));
  return Object.fromEntries(
    mounted.map((volume) => {
      const said = environment.volumes.find((one) => one.name === volume);
      const name = nameOfVolume(environment, volume);
      return [volume, { name, labels: { ...said?.labels, ...own }, driver: said?.driver, options: said?.options }];
    }),
  );
}
