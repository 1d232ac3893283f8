import type { Manifest } from '../../../../src/model/kubernetes/objects';
import { claimsFor, networksOf } from '../../../../src/model/kubernetes/release';
import { oneOffName } from '../../../../src/model/names';
import { replicasOn, servicesOn } from '../../../../src/model/target';
import type { KubernetesContext } from '../context';
import { leadsBy, routedOn } from '../operations/routes';
import { hasLogin, loginSecret } from '../sets/login';
import { makeAccessory, makeJob, makeSet } from '../sets/make';

/** Everything that a release is in its namespace, in the order in which it is made. Of Secrets only the keys, never a value. Changes nothing. */
export async function collectManifests(ctx: KubernetesContext, release: string): Promise<Manifest[]> {
  const { place, target, host } = ctx;
  const environment = await ctx.environment(release);
  const services = servicesOn(environment, host);
  const all = [
    ...networksOf(place, environment, release, host),
    ...((await hasLogin(ctx, release)) ? [loginSecret(place, {})] : []),
  ];
  for (const service of services.filter(({ kind }) => kind === 'accessory'))
    all.push(
      ...claimsFor(place, environment, service),
      ...(await makeAccessory(ctx, environment, service, release).describe(1)),
    );
  for (const service of services)
    for (const [index, { command }] of service.before.entries()) {
      const name = oneOffName(place, release, service.name, `before-${index}`);
      const job = makeJob(ctx, environment, service, release, { name, command, step: 'runOneOff' });
      all.push(...(await job.describe(1)));
    }
  for (const service of services.filter(({ kind }) => kind === 'released' || kind === 'background'))
    all.push(...(await makeSet(ctx, environment, service, release).describe(replicasOn(target, service))));
  return [...all, ...(await leadsOf(ctx, release))].map(withoutValues).filter(isFirst);
}

async function leadsOf(ctx: KubernetesContext, release: string): Promise<Manifest[]> {
  const leads = leadsBy(ctx);
  const routes = routedOn(await ctx.environment(release), ctx.host);
  const keys = [...new Set(routes.map(leads.keyOf))].sort();
  return await Promise.all(
    keys.map((key) => leads.describe(key, { release, routes: routes.filter((route) => leads.keyOf(route) === key) })),
  );
}

function withoutValues(manifest: Manifest): Manifest {
  const { type, data } = manifest as Manifest & { type?: string; data?: Record<string, string> };
  if (manifest.kind !== 'Secret' || type !== 'Opaque' || !data) return manifest;
  return { ...manifest, data: Object.fromEntries(Object.keys(data).map((key) => [key, ''])) };
}

/** A service and its command may have the same Secret. */
const isFirst = (one: Manifest, at: number, all: Manifest[]) =>
  all.findIndex(({ kind, metadata }) => kind === one.kind && metadata.name === one.metadata.name) === at;
