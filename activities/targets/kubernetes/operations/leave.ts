import type { KubernetesContext } from '../context';
import { ownLabels } from '../../../../src/model/kubernetes/labels';
import { GUARDS, type Kind, listed } from '../space';

/** Everything that windlass has made there, but for the claims, which have only their names. */
const MADE: Kind[] = ['Deployment', 'StatefulSet', 'Service', 'Secret', 'ConfigMap', 'Job'];
/** Only where the manifest wanted them. */
const WANTED: Kind[] = ['HTTPRoute', ...GUARDS];
const ROLES = ['instance', 'accessory', 'proxy', 'network', 'file', 'one-off'] as const;

/**
 * Takes windlass's labels from everything, so that it finds nothing of the environment any more. Nothing stops: pods and selectors
 * keep theirs.
 */
export async function leaveNamespace({ space, place }: KubernetesContext): Promise<void> {
  for (const role of ROLES)
    for (const kind of [...MADE, ...WANTED])
      for (const { metadata } of await listed(space, kind, ownLabels(place, { role }))) {
        const own = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(`${place.installation}.`));
        await space.patch(
          kind,
          metadata.name,
          own.map((key) => ({
            op: 'remove',
            path: `/metadata/labels/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          })),
        );
      }
}
