import { accessoryName, COMPOSE } from '../../../../src/model/names';
import type { ContainerState, Engine } from '../../../drivers/docker/engine';
import type { DockerContext } from '../context';

/**
 * The accessory's container. An engine cannot add labels, so one adopted from docker compose is found by
 * compose's labels as long as windlass has none of its own.
 */
export async function findAccessory(
  { engine, place, project }: Pick<DockerContext, 'engine' | 'place' | 'project'>,
  service: string,
): Promise<ContainerState | undefined> {
  const own = await engine.inspectContainer(accessoryName(place, service));
  if (own) return own;
  const composed = await listComposed(engine, project);
  return composed.find((state) => state.labels[COMPOSE.service] === service && state.state === 'running');
}

/** The containers of a compose project, without its one-off runs. */
export async function listComposed(engine: Engine, project: string): Promise<ContainerState[]> {
  const found = await engine.listContainers({ [COMPOSE.project]: project });
  return found.filter(({ labels }) => labels[COMPOSE.oneOff] !== 'True').sort((a, b) => (a.name < b.name ? -1 : 1));
}
