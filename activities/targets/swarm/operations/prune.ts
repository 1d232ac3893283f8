import { labels } from '../../../../src/model/names';
import type { SwarmContext } from '../context';

/** Removes the Swarm secrets and configs of the environment that no service uses; the swarm itself refuses to remove the others. */
export async function pruneSecrets({ swarm, place }: SwarmContext): Promise<void> {
  const { installation, app, environment } = place;
  for (const kind of ['secrets', 'configs'] as const) {
    const found = await swarm.listContents(kind, labels(installation, { role: 'file', app, environment }));
    for (const { id } of found) await swarm.removeContent(kind, id);
  }
}
