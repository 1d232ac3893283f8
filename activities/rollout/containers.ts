import type { EnvironmentRecord } from '../../src/manifest/record';
import { accessoryName, environmentNetwork, instanceName, labels, type LabelWords } from '../../src/model/names';
import type { OperationName } from '../../src/model/plan';
import type { ContainerSpec } from '../../src/model/container';
import type { Service } from '../../src/model/service';
import type { ContainerMake, FileToPut } from '../drivers/docker/engine';
import { translateService } from '../drivers/docker/translate';
import { hashSecrets, secretsWithin, writeHashes } from '../secret-hashes';
import type { RolloutContext } from './context';
import { networksOf } from './networks';
import { hashSpec } from './spec';
import { createVolumes } from './volumes';

/** A container that is wanted. It is made `whole` only when it is not there, for that reads secrets. */
export interface Make {
  name: string;
  /** Of its specification. */
  spec: string;
  networks: ContainerMake['networks'];
  whole(): Promise<ContainerMake>;
  /** What is put into it before it starts; this reads secrets, too. */
  files(): Promise<FileToPut[]>;
}

/** Who a container is, besides app, environment, release, service and specification. */
type Words = Pick<LabelWords, 'role' | 'step' | 'irreversible'>;

/** A replica of a service in a release. What it publishes, it publishes alone: the old instance was stopped. */
export function makeInstance(
  ctx: RolloutContext,
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
    words: { role: 'instance', step: 'startInstance' },
  });
}

/** An accessory: at home in the environment's network, it keeps its published ports. */
export function makeAccessory(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
): Make {
  return makeOf(ctx, environment, service, {
    name: accessoryName(ctx.place, service.name),
    spec: hashSpec(service),
    networks: [{ name: environmentNetwork(ctx.place), aliases: [service.name] }],
    release,
    words: {
      role: 'accessory',
      step: 'startAccessory',
      ...(service.irreversible && { irreversible: 'true' }),
    },
  });
}

/**
 * A command that runs once in the service's image and networks, where nobody finds it by the service's name. As with
 * `docker compose run`, the entrypoint stays; an empty command is the service's own. `deed` is who it is run for.
 */
export function makeOneOff(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  service: Service,
  release: string,
  { name, command, step, deed }: { name: string; command: string[]; step: OperationName; deed?: string },
): Make {
  const container = command.length > 0 ? { ...service.container, command } : service.container;
  const networks = networksOf(ctx, environment, service, release).map((network) => ({ ...network, aliases: [] }));
  return makeOf(
    ctx,
    environment,
    { ...service, container },
    {
      name,
      spec: hashSpec({ ...service, container }),
      networks,
      release,
      words: { role: 'one-off', step },
      deed,
    },
  );
}

interface Identity extends Pick<Make, 'name' | 'spec' | 'networks'> {
  release: string;
  words: Words;
  deed?: string;
}

function makeOf(ctx: RolloutContext, environment: EnvironmentRecord, service: Service, identity: Identity): Make {
  const { name, spec, networks, words, release, deed } = identity;
  const { installation, app, environment: environmentName } = ctx.place;
  return {
    name,
    spec,
    networks,
    files: () => readPlaced(ctx, environment, service, release),
    async whole() {
      const container = reaching(ctx, await ctx.secrets.inTexts(withoutFiles(service.container), environment.secrets));
      const secrets = secretsWithin(service.container);
      const { hashes } = await hashSecrets(ctx.settings, ctx.place, secrets, environment.secrets, ctx.secrets);
      const volumes = await createVolumes(ctx, environment, service);
      return {
        name,
        image: service.image,
        labels: {
          ...labels(installation, {
            ...words,
            release,
            app,
            environment: environmentName,
            service: service.name,
            spec,
            secrets: writeHashes(hashes),
          }),
          ...(deed && { [deedLabel(installation)]: deed }),
        },
        config: translateService(container, { volumes, oneOff: words.role === 'one-off' }),
        networks,
      };
    },
  };
}

/** Accessories on other hosts are found by their names, too; what the compose file says of a name goes first. */
function reaching({ target }: RolloutContext, container: ContainerSpec): ContainerSpec {
  const said = container.extraHosts ?? [];
  const others = Object.entries(target.reaches ?? {}).map(([name, address]) => `${name}:${address}`);
  return others.length > 0 ? { ...container, extraHosts: [...said, ...others] } : container;
}

/** Texts with the values of their secrets, and what the registry keeps, ready to be put in. */
function readPlaced(
  ctx: RolloutContext,
  { secrets }: EnvironmentRecord,
  { container: { files = [] } }: Service,
  release: string,
): Promise<FileToPut[]> {
  return Promise.all(
    files.map(async (file): Promise<FileToPut> => {
      const { target: path, mode, uid, gid, text } = file;
      const content =
        text === undefined ? await ctx.file(release, file) : Buffer.from(await ctx.secrets.inText(text, secrets));
      return { path, mode, uid, gid, content };
    }),
  );
}

/** They are put in by themselves, and their secrets are read then. */
const withoutFiles = (container: ContainerSpec): ContainerSpec => ({ ...container, files: undefined });

/** The label of a one-off container that says whom it was run for; see `currentDeed`. */
export const deedLabel = (installation: string) => `${installation}.deed`;
