import { metadataOf, ownLabels } from '../../../../src/model/kubernetes/labels';
import { pullSecretName } from '../../../../src/model/kubernetes/names';
import type { Manifest } from '../../../../src/model/kubernetes/objects';
import { secretOf } from '../../../../src/model/kubernetes/sets';
import type { EnvironmentRef } from '../../../../src/model/names';
import { loginFor } from '../../../secrets';
import type { KubernetesContext } from '../context';

/** The Secret with the login to the registry as it takes it now: pods that start again later pull with it. Undefined where none is needed. */
export async function loginOf(ctx: KubernetesContext, release: string): Promise<Manifest | undefined> {
  const registry = (await ctx.findRecord(release))?.registry;
  const login = registry && (await loginFor(registry, ctx.secrets));
  if (!login) return undefined;
  const { username, password, serveraddress } = login;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return loginSecret(ctx.place, { [serveraddress]: { username, password, auth } });
}

export function loginSecret(place: EnvironmentRef, auths: object): Manifest {
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  const own = ownLabels(place, { role: 'file', step: 'login' });
  return secretOf(metadataOf(place, pullSecretName(place), own), data, 'kubernetes.io/dockerconfigjson');
}

export const hasLogin = async ({ findRecord }: KubernetesContext, release: string): Promise<boolean> =>
  (await findRecord(release))?.registry.username !== undefined;
