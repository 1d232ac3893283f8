import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { OperationInputs } from '../../../../src/model/plan';
import { servicesOn } from '../../../../src/model/target';
import type { KubernetesObject } from '../../../drivers/kubernetes/cluster';
import { transient } from '../../../drivers/errors';
import type { KubernetesContext } from '../context';
import { leadByGateway } from '../routes/gateway';
import { type Leads, leadsOf, type LeadsTo, readSwitch, writeSwitch } from '../routes/leads';
import { leadByServices } from '../routes/services';

/** How often another writer may be quicker. */
const TRIES = 10;

/**
 * Points what leads the traffic to the release, or nowhere, and waits until the cluster sends it there. Each object says which rollout has
 * changed it last, and is changed only if it still is as it was read: so a late writer finds the newer number, and changes nothing.
 */
export async function switchRoutes(
  ctx: KubernetesContext,
  { release, closed, part }: OperationInputs['switchRoutes'],
): Promise<void> {
  const leads = leadsBy(ctx);
  const found = await leadsOf(ctx, leads.kind);
  for (const lead of found) refuseOlder(ctx, lead);
  const routes = release === undefined ? [] : routedOn(await ctx.environment(release), ctx.host);
  const keys = [...new Set([...found.map(leads.keyIn), ...routes.map(leads.keyOf)])].sort();
  const toOf = (key: string): LeadsTo | undefined => {
    const own = routes.filter((route) => leads.keyOf(route) === key);
    return own.length === 0 || closed ? undefined : { release: release!, routes: own, ...(part && { part }) };
  };
  for (const key of keys) {
    const to = toOf(key);
    if (to) await leads.ensure(key, to.routes);
    await point(ctx, leads, key, to, release);
  }
  for (const key of keys) await leads.readBack(key, toOf(key));
}

export const leadsBy = (ctx: KubernetesContext): Leads =>
  ctx.target.route === 'service' ? leadByServices(ctx) : leadByGateway(ctx, ctx.target.route);

export const routedOn = (environment: EnvironmentRecord, target: string) => {
  const here = new Set(servicesOn(environment, target).map(({ name }) => name));
  return environment.routes.filter(({ service }) => here.has(service));
};

async function point(
  ctx: KubernetesContext,
  leads: Leads,
  key: string,
  to: LeadsTo | undefined,
  release: string | undefined,
): Promise<void> {
  const name = leads.nameOf(key);
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await ctx.space.get<KubernetesObject>(leads.kind, name);
    if (!found) return;
    refuseOlder(ctx, found);
    const { resourceVersion, annotations } = found.metadata;
    const isDone = await ctx.space.patch(leads.kind, name, [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...(await leads.patchTo(key, to, release === undefined ? found : undefined)),
      {
        op: 'add',
        path: '/metadata/annotations',
        value: { ...annotations, ...writeSwitch(ctx.place.installation, ctx.counter, release) },
      },
    ]);
    if (isDone) return;
  }
  throw transient({
    kind: 'changed-meanwhile',
    host: ctx.host,
    message: `${name} was changed by others each time that it was to be switched. Find out who changes it: kubectl get ${leads.kind} ${name} -o yaml --show-managed-fields`,
  });
}

function refuseOlder(ctx: KubernetesContext, lead: KubernetesObject): void {
  const { counter } = readSwitch(ctx.place.installation, lead);
  if (counter <= ctx.counter) return;
  const { name } = lead.metadata;
  throw ctx.fail({
    kind: 'outdated',
    message:
      `the routes of ${name} were set by rollout ${counter} already, this is rollout ${ctx.counter}. ` +
      `A newer rollout is in charge: see its workflow. If it is lost, remove the annotation ${ctx.place.installation}.counter of ${lead.kind} ${name}`,
  });
}
