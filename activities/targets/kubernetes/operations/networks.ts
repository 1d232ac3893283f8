import { ownLabels } from '../../../../src/model/kubernetes/labels';
import { networksOf } from '../../../../src/model/kubernetes/release';
import type { ReleaseScope } from '../../../../src/model/operations/operation';
import type { KubernetesContext } from '../context';
import { GUARDS, type Kind, listed } from '../space';
import { loginOf } from '../sets/login';
import { removeSet } from '../sets/pods';
import { keepSaid } from '../sets/said';

/** The addresses by which the services of a release find each other and the accessories, and the login to their images. */
export async function createNetworks(ctx: KubernetesContext, { release }: ReleaseScope): Promise<void> {
  const { space, place } = ctx;
  const [marker, ...others] = networksOf(place, await ctx.environment(release), release, ctx.host);
  const login = await loginOf(ctx, release);
  for (const one of [marker!, ...(login ? [login] : []), ...others]) await space.apply(one);
}

/** Removes what is of the release alone, after its commands, which were kept so that none runs twice. */
export async function removeNetworks(ctx: KubernetesContext, { release }: ReleaseScope): Promise<void> {
  const { space, place } = ctx;
  for (const { metadata } of await space.list('Job', ownLabels(place, { role: 'one-off', release }))) {
    const job = { kind: 'Job' as const, name: metadata.name, selector: { 'job-name': metadata.name } };
    await keepSaid(ctx, release, job);
    await removeSet(ctx, job);
  }
  await removeAll(ctx, ['Secret', 'ConfigMap'], ownLabels(place, { role: 'file', release }));
  const own = ownLabels(place, { role: 'network', release });
  await removeAll(ctx, ['Service'], own);
  await removeAll(ctx, GUARDS, own);
  // The last: it says that the release is there.
  await removeAll(ctx, ['ConfigMap'], own);
}

async function removeAll({ space }: KubernetesContext, kinds: Kind[], labels: Record<string, string>): Promise<void> {
  for (const kind of kinds)
    for (const { metadata } of await listed(space, kind, labels)) await space.remove(kind, metadata.name, metadata.uid);
}
