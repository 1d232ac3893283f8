import type { Manifest } from '../../../../src/model/kubernetes/objects';
import { claimsFor } from '../../../../src/model/kubernetes/release';
import { accessoryName, backupName, readLabels } from '../../../../src/model/names';
import type { EngineOperations } from '../../../../src/model/operations/engine';
import type { ServiceScope } from '../../../../src/model/operations/operation';
import type { KubernetesObject } from '../../../drivers/kubernetes/cluster';
import type { KubernetesContext } from '../context';
import type { SetObject } from '../objects';
import { ownLabels } from '../../../../src/model/kubernetes/labels';
import { type Make, makeAccessory } from '../sets/make';
import { podsOf, removeSet, scale, waitUntilEnded } from '../sets/pods';
import { restartsOf, waitUntilRunning } from '../sets/wait';

const KIND = 'StatefulSet';

/** Starts the accessory on its claims, and waits until it is healthy. One that is there stays as it is. */
export async function startAccessory(ctx: KubernetesContext, scope: EngineOperations['startAccessory']): Promise<void> {
  const make = await wanted(ctx, scope);
  const found = await ctx.space.get<SetObject>(KIND, make.name);
  if (!found) {
    await ensureClaims(ctx, make);
    await ctx.space.apply(await make.whole(1));
  }
  await run(ctx, found ? asItIs(ctx, make, found) : make);
}

/** Removes an accessory that this very release created; never its claims. */
export async function removeAccessory(ctx: KubernetesContext, { release, service }: ServiceScope): Promise<void> {
  const found = await ctx.space.get<SetObject>(KIND, accessoryName(ctx.place, service));
  if (found && readLabels(ctx.place.installation, found.metadata.labels)?.release === release)
    await removeSet(ctx, setOf(ctx, service));
}

/** Changes the accessory to the release's specification: its pod is gone before the next one starts. What it was is kept beside it, at 0. */
export async function recreateAccessory(ctx: KubernetesContext, scope: ServiceScope): Promise<void> {
  const make = await wanted(ctx, scope);
  const found = await ctx.space.get<SetObject>(KIND, make.name);
  await ensureClaims(ctx, make);
  if (found && readLabels(ctx.place.installation, found.metadata.labels)?.spec !== make.spec) {
    await keep(ctx, found, scope);
    await removeSet(ctx, setOf(ctx, scope.service));
    await ctx.space.apply(await make.whole(1));
  } else if (!found) await ctx.space.apply(await make.whole(1));
  await run(ctx, make);
}

/** Puts back what was kept. Without anything kept, the accessory is started again. */
export async function restoreAccessory(ctx: KubernetesContext, { release, service }: ServiceScope): Promise<void> {
  const { space, place } = ctx;
  const kept = await space.get<SetObject>(KIND, backupName(place, service, release));
  const set = setOf(ctx, service);
  if (!kept) {
    await scale(ctx, set, (count) => Math.max(count, 1));
    return;
  }
  const former = renamed(kept, set.name, 1);
  const found = await space.get<SetObject>(KIND, set.name);
  const isBack = found && specOf(ctx, found) === specOf(ctx, kept);
  if (found && !isBack) await removeSet(ctx, set);
  if (!isBack) await space.apply(former);
  await runAsItWas(ctx, service, kept);
  await space.remove(KIND, kept.metadata.name);
}

/** It stops and is kept until the commit, because another service takes over its data. */
export async function setAsideAccessory(ctx: KubernetesContext, scope: ServiceScope): Promise<void> {
  const found = await ctx.space.get<SetObject>(KIND, accessoryName(ctx.place, scope.service));
  if (!found) return;
  await keep(ctx, found, scope);
  await removeSet(ctx, setOf(ctx, scope.service));
}

/** Its data is in its claims, which stay. */
export async function discardAccessory({ space, place }: KubernetesContext, { release, service }: ServiceScope) {
  await space.remove(KIND, backupName(place, service, release));
}

const setOf = ({ place }: KubernetesContext, service: string) => ({
  kind: KIND as 'StatefulSet',
  name: accessoryName(place, service),
  selector: ownLabels(place, { role: 'accessory', service }),
});

async function wanted(ctx: KubernetesContext, { release, service }: ServiceScope): Promise<Make> {
  return makeAccessory(ctx, await ctx.environment(release), await ctx.service(release, service), release);
}

const specOf = ({ place }: KubernetesContext, { metadata }: SetObject) =>
  readLabels(place.installation, metadata.labels)?.spec ?? '';

/** As this very set is, which may be of an earlier release. */
const asItIs = (ctx: KubernetesContext, make: Make, found: SetObject): Make => ({
  ...make,
  spec: specOf(ctx, found),
  service: { ...make.service, image: found.spec.template.spec.containers[0]!.image },
});

async function run(ctx: KubernetesContext, make: Make): Promise<void> {
  const before = restartsOf(await podsOf(ctx, make));
  await scale(ctx, make, (count) => Math.max(count, 1));
  await waitUntilRunning(ctx, make, 1, before);
}

/** As a release that is known has it; of one that nobody knows nothing is waited for. */
async function runAsItWas(ctx: KubernetesContext, service: string, kept: SetObject): Promise<void> {
  const release = readLabels(ctx.place.installation, kept.metadata.labels)?.release ?? '';
  const environment = (await ctx.findEnvironment(release)) ?? (await ctx.environments())[0];
  const found = environment?.services.find(({ name }) => name === service);
  if (environment && found) await run(ctx, asItIs(ctx, makeAccessory(ctx, environment, found, release), kept));
  else await waitUntilEnded(ctx, setOf(ctx, service), 1);
}

/** What it is now, under another name and at 0. What an earlier attempt kept is the former one, and stays. */
async function keep({ space, place }: KubernetesContext, found: SetObject, { service, release }: ServiceScope) {
  const name = backupName(place, service, release);
  if (!(await space.get(KIND, name))) await space.apply(renamed(found, name, 0));
}

function renamed({ metadata, spec, apiVersion }: SetObject, name: string, replicas: number): Manifest {
  const { labels, annotations } = metadata as KubernetesObject['metadata'];
  return { apiVersion, kind: KIND, metadata: { name, labels, annotations }, spec: { ...spec, replicas } };
}

/** One that is there stays as it is, of any maker. */
async function ensureClaims({ space, place }: KubernetesContext, { environment, service }: Make): Promise<void> {
  for (const claim of claimsFor(place, environment, service))
    if (!(await space.get('PersistentVolumeClaim', claim.metadata.name))) await space.apply(claim);
}
