import type { EnvironmentRecord } from '../../src/manifest/record';
import { accessoryName, COMPOSE, readLabels } from '../../src/model/names';
import type { Service } from '../../src/model/service';
import type { ContainerState } from '../drivers/docker/engine';
import type { RolloutContext } from './context';
import { nameOfVolume } from './volumes';

/**
 * Before an accessory starts: nobody else works on its volumes. Two databases on one volume destroy it, whoever started the
 * other one: compose under another project's name, another installation, somebody by hand.
 */
export async function refuseSecondUser(
  ctx: RolloutContext,
  environment: EnvironmentRecord,
  { name: service, container }: Service,
): Promise<void> {
  for (const mount of container.mounts) {
    if (mount.type !== 'volume') continue;
    const volume = nameOfVolume(environment, mount.volume);
    const users = await ctx.engine.listUsers(volume);
    const other = users.find((user) => user.state === 'running' && !isExpected(ctx, service, user));
    if (!other) continue;
    const composed = other.labels[COMPOSE.project];
    throw ctx.fail({
      kind: 'volume-in-use',
      service,
      message:
        `${other.name} works on the volume ${volume} already${composed ? `, and was made by docker compose of the project ${composed}` : ''}. ` +
        `Nothing was started beside it. ${composed ? `To take it over, write project: ${composed} under environments.${environment.name}; else stop it` : 'Stop it'}, and release again`,
    });
  }
}

/** The accessory itself, and other services that share the volume as the compose file says. */
function isExpected({ place, project }: RolloutContext, service: string, user: ContainerState): boolean {
  if (user.name === accessoryName(place, service)) return true;
  const words = readLabels(place.installation, user.labels);
  if (words) return words.app === place.app && words.environment === place.environment && words.service !== service;
  return user.labels[COMPOSE.project] === project && user.labels[COMPOSE.service] !== service;
}
