import { pullSecretName, releaseMarker } from '../../../../src/model/kubernetes/names';
import { configMapOf, portsOf, secretOf, serviceOf } from '../../../../src/model/kubernetes/sets';
import { accessoryName, instanceName } from '../../../../src/model/names';
import type { ReleaseScope } from '../../../../src/model/operations/operation';
import { servicesOn } from '../../../../src/model/target';
import { loginFor } from '../../../secrets';
import type { KubernetesContext } from '../context';
import type { Kind } from '../space';
import { metadataOf, ownLabels } from '../sets/labels';
import { routedPorts } from '../sets/make';
import { removeSet } from '../sets/pods';
import { keepSaid } from '../sets/said';

/** The addresses by which the services of a release find each other and the accessories, and the login to their images. */
export async function createNetworks(ctx: KubernetesContext, { release }: ReleaseScope): Promise<void> {
  const { space, place } = ctx;
  const environment = await ctx.environment(release);
  const marker = ownLabels(place, { role: 'network', release, step: 'createNetworks' });
  await space.apply(configMapOf(metadataOf(place, releaseMarker(place, release), marker), {}));
  await refreshLogin(ctx, release);
  for (const service of servicesOn(environment, ctx.host)) {
    const ports = portsOf(service, routedPorts(environment, service));
    if (service.kind === 'one-off' || ports.length === 0) continue;
    const isAccessory = service.kind === 'accessory';
    const own = { service: service.name, ...(!isAccessory && { release }) };
    const name = isAccessory ? accessoryName(place, service.name) : instanceName(place, release, service.name);
    const selector = ownLabels(place, { role: isAccessory ? 'accessory' : 'instance', ...own });
    await space.apply(
      serviceOf(metadataOf(place, name, ownLabels(place, { role: 'network', ...own })), ports, selector),
    );
  }
}

/** As the registry takes it now: pods that start again later pull with it. */
async function refreshLogin(ctx: KubernetesContext, release: string): Promise<void> {
  const registry = (await ctx.findRecord(release))?.registry;
  const login = registry && (await loginFor(registry, ctx.secrets));
  if (!login) return;
  const { username, password, serveraddress } = login;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const config = { auths: { [serveraddress]: { username, password, auth } } };
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') };
  const metadata = metadataOf(
    ctx.place,
    pullSecretName(ctx.place),
    ownLabels(ctx.place, { role: 'file', step: 'login' }),
  );
  await ctx.space.apply(secretOf(metadata, data, 'kubernetes.io/dockerconfigjson'));
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
  await removeAll(ctx, ['Service', 'ConfigMap'], ownLabels(place, { role: 'network', release }));
}

async function removeAll({ space }: KubernetesContext, kinds: Kind[], labels: Record<string, string>): Promise<void> {
  for (const kind of kinds)
    for (const { metadata } of await space.list(kind, labels)) await space.remove(kind, metadata.name, metadata.uid);
}
