import { accessoryName, COMPOSE } from '../../src/model/names';
import type { ContainerState, Engine } from '../drivers/docker/engine';
import type { RolloutContext } from './context';

/**
 * The container that is the accessory. An engine cannot label a container anew, so one that docker compose made, and that
 * runs, is known by compose's labels, for as long as there is none of windlass's own.
 */
export async function findAccessory(
  { engine, place, project }: Pick<RolloutContext, 'engine' | 'place' | 'project'>,
  service: string,
): Promise<ContainerState | undefined> {
  const own = await engine.inspectContainer(accessoryName(place, service));
  if (own) return own;
  const composed = await listComposed(engine, project);
  return composed.find((state) => state.labels[COMPOSE.service] === service && state.state === 'running');
}

/** What docker compose made of a project, but for what it ran once. */
export async function listComposed(engine: Engine, project: string): Promise<ContainerState[]> {
  const found = await engine.listContainers({ [COMPOSE.project]: project });
  return found.filter(({ labels }) => labels[COMPOSE.oneOff] !== 'True').sort((a, b) => (a.name < b.name ? -1 : 1));
}
