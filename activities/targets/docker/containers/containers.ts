import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { type LabelWords, accessoryName, environmentNetwork, instanceName } from '../../../../src/model/names';
import type { OperationName } from '../../../../src/model/plan';
import type { ContainerSpec } from '../../../../src/model/container/container';
import { reservedLabels } from '../../../../src/model/host/reserved-labels';
import type { Service } from '../../../../src/model/service';
import type { ContainerMake, FileToPut } from '../../../drivers/docker/engine';
import { translateService } from '../../../drivers/docker/containers/translate';
import type { DockerContext } from '../context';
import { networksOf } from '../operations/networks';
import { serviceOfNetwork } from '../../../../src/compose/network/namespaces';
import { storesOf } from '../../../../src/model/container/data';
import { type Starting, sharedStores } from '../../../../src/model/environment/writer';
import { hashSpec } from '../../../engines/hash-spec';
import { contentOf, type Identity, labelsOf } from '../../../engines/make';
import { withCommand } from '../../../engines/one-off';
import { createVolumes } from './volumes';

/** A wanted container. `whole` is read only when it must be created, because that reads secrets. */
export interface Make {
  name: string;
  spec: string;
  networks: ContainerMake['networks'];
  starting: Starting;
  whole(): Promise<ContainerMake>;
  files(): Promise<FileToPut[]>;
}

/** A replica of a service. It has its published ports alone, because the old instance was stopped. */
export function makeInstance(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
  replica: number,
): Make {
  return makeOf(ctx, environment, service, {
    name: instanceName(ctx.place, release, service.name, replica),
    spec: hashSpec(service),
    networks: networksOf(ctx, environment, service, release),
    release,
    words: { role: 'instance', step: 'startInstances' },
  });
}

/** An accessory: its home is the environment's network, and it keeps its published ports. */
export function makeAccessory(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Make {
  return makeOf(ctx, environment, service, {
    name: accessoryName(ctx.place, service.name),
    spec: hashSpec(service, environment.volumes),
    // With the host's network there is no other.
    networks: service.container.networkMode ? [] : [{ name: environmentNetwork(ctx.place), aliases: [service.name] }],
    release,
    words: {
      role: 'accessory',
      step: 'startAccessory',
      ...(service.irreversible && { irreversible: 'true' }),
    },
  });
}

/**
 * A one-off command in the service's image and networks, without the service's name. As in `docker compose
 * run`, the entrypoint stays; an empty command is the service's own. `caller` identifies the caller.
 */
export function makeOneOff(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
  { name, command, step, caller }: { name: string; command: string[]; step: OperationName; caller?: string },
): Make {
  const own = withCommand(service, command);
  return makeOf(ctx, environment, own, {
    name,
    spec: hashSpec(own),
    networks: networksOf(ctx, environment, service, release).map((network) => ({ ...network, aliases: [] })),
    release,
    words: { role: 'one-off', step },
    caller,
  });
}

function makeOf(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  service: Service,
  identity: Identity & Pick<Make, 'name' | 'networks'>,
): Make {
  const { name, spec, networks, words, release } = identity;
  return {
    name,
    spec,
    networks,
    starting: { model: environment, service, release },
    files: () => readPlaced(ctx, environment, service, release),
    async whole() {
      const container = joined(
        ctx,
        release,
        await ctx.secrets.inTexts(withoutFiles(service.container), environment.secrets),
      );
      const { names: volumes, model } = await createVolumes(ctx, environment, service);
      const shared = sharedWords(model, service);
      const own = await labelsOf(ctx, environment, service, { ...identity, words: { ...words, ...shared } });
      return {
        name,
        image: service.image,
        labels: { ...(await withoutReserved(ctx, service)), ...own },
        config: translateService(container, { volumes, oneOff: words.role === 'one-off' }),
        networks,
      };
    },
  };
}

/** An image's labels go to its containers: one that would make it pass for another's is emptied, for it cannot be taken off. */
async function withoutReserved(
  { engine, place: { installation } }: DockerContext,
  { image, container }: Service,
): Promise<Record<string, string>> {
  const all = { ...(await engine.imageLabels(image)), ...container.labels };
  return Object.fromEntries(reservedLabels(installation, all).map((name) => [name, '']));
}

const sharedWords = (environment: EnvironmentRecord, service: Service): Pick<LabelWords, 'shared'> =>
  storesOf(environment, service).length > 0 ? { shared: sharedStores(environment, service).join() } : {};

function joined(ctx: DockerContext, release: string, container: ContainerSpec): ContainerSpec {
  const other = serviceOfNetwork(container.networkMode);
  if (!other) return reaching(ctx, container);
  return { ...container, networkMode: `container:${instanceName(ctx.place, release, other)}` };
}

function reaching({ target }: DockerContext, container: ContainerSpec): ContainerSpec {
  const said = container.extraHosts ?? [];
  const others = Object.entries(target.reaches ?? {}).map(([name, address]) => `${name}:${address}`);
  return others.length > 0 ? { ...container, extraHosts: [...said, ...others] } : container;
}

function readPlaced(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  { container: { files = [] } }: Service,
  release: string,
): Promise<FileToPut[]> {
  return Promise.all(
    files.map(async (file): Promise<FileToPut> => {
      const { target: path, mode, uid, gid } = file;
      return { path, mode, uid, gid, content: await contentOf(ctx, environment, file, release) };
    }),
  );
}

const withoutFiles = (container: ContainerSpec): ContainerSpec => ({ ...container, files: undefined });
