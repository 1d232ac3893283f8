import type { KubernetesContext } from '../context';
import { collectManifests } from './collect';
import { printManifests } from './print';

/** What a rollout of the release applies, before it does. */
export async function manifestsOf(ctx: KubernetesContext, release: string): Promise<string> {
  const { app, environment } = ctx.place;
  return printManifests(await collectManifests(ctx, release), ctx.space.namespace, [
    `What windlass applies for ${app} ${environment}, release ${release}. Values of Secrets are left out.`,
    'Pods get the addresses of the Services that are there by then: hostAliases.',
  ]);
}
