import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { COMPOSE, readLabels } from '../../../../src/model/names';
import type { Service } from '../../../../src/model/service';
import type { ContainerState } from '../../../drivers/docker/engine';
import type { DockerContext } from '../context';
import { type Store, overlap, storesOf } from '../../../../src/model/container/data';
import { type Clash, type Starting, clashesOf, describeClash, isAlive } from '../../../../src/model/environment/writer';
import { modelAsFound } from './volumes';
import { findWriters } from './writers';

/**
 * Called right before a container starts: refuses while anyone else writes to its data without a declaration.
 * Two databases on one volume destroy it, whatever runs the other: an earlier release, another service, docker
 * compose, another installation, a person. `also` are places outside its model.
 */
export async function refuseSecondUser(ctx: DockerContext, name: string, said: Starting): Promise<void> {
  const starting = { ...said, model: await modelAsFound(ctx.engine, said.model, said.service) };
  const stores = storesOf(starting.model, starting.service).map(({ store }) => store);
  const others = (await findWriters(ctx.engine, ctx.place, stores)).filter((one) => one.name !== name);
  const [clash] = clashesOf(starting, others);
  if (clash) throw inUse(ctx, starting.service.name, clash);
}

/** Like `refuseSecondUser`, for an existing container, which writes where it always has. */
export async function refuseSecondUserOf(ctx: DockerContext, container: ContainerState): Promise<void> {
  if (container.state === 'running') return;
  const writes = (await ctx.engine.listAll()).find(({ id }) => id === container.id)?.writes ?? [];
  const stores = writes.map(({ store }) => store);
  const others = (await findWriters(ctx.engine, ctx.place, stores)).filter(({ name }) => name !== container.name);
  const service = serviceOf(ctx, container);
  const models = await Promise.all(
    (await modelsOf(ctx, container)).map(async (model) => {
      const known = model.services.find(({ name }) => name === service);
      return known ? modelAsFound(ctx.engine, model, known) : model;
    }),
  );
  for (const writer of others.filter(isAlive)) {
    // Docker compose runs a project's services together.
    if (writer.composed && writer.composed.project === container.labels[COMPOSE.project]) continue;
    const both = stores.filter((store) => writer.stores.some((one) => overlap(one, store)));
    const allows = (model: EnvironmentRecord) => {
      const known = model.services.find(({ name }) => name === service);
      return (
        known &&
        clashesOf({ model, service: known, release: '' }, [writer]).length === 0 &&
        writesIn(model, known, both)
      );
    };
    if (!models.some(allows)) throw inUse(ctx, service, { writer, keeping: { store: both[0]!, target: '', said: '' } });
  }
}

const writesIn = (model: EnvironmentRecord, service: Service, stores: Store[]) => {
  const said = storesOf(model, service).map(({ store }) => store);
  return stores.every((store) => said.includes(store));
};

const serviceOf = ({ place }: DockerContext, { labels }: ContainerState) =>
  readLabels(place.installation, labels)?.service ?? labels[COMPOSE.service] ?? '';

/** The release that created it if involved, otherwise all that are. */
async function modelsOf(ctx: DockerContext, { labels }: ContainerState): Promise<EnvironmentRecord[]> {
  const release = readLabels(ctx.place.installation, labels)?.release;
  const own = release === undefined ? undefined : await ctx.findEnvironment(release);
  return own ? [own] : ctx.environments();
}

function inUse(ctx: DockerContext, service: string, clash: Clash) {
  const { writer } = clash;
  const { composed } = writer;
  const takeOver = composed
    ? `To take it over, write project: ${composed.project} under environments.${ctx.place.environment}; otherwise stop it`
    : 'Stop it';
  return ctx.fail({
    kind: 'volume-in-use',
    service,
    message:
      `${describeClash(clash)}. ` +
      `Nothing was started beside it. ${takeOver}${writer.state === 'running' ? '' : ` for good (docker update --restart no ${writer.name})`}, and release again`,
  });
}
