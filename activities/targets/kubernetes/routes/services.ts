import { setTimeout as pause } from 'node:timers/promises';
import { serviceOf } from '../../../../src/model/kubernetes/sets';
import { labels, readLabels } from '../../../../src/model/names';
import type { Route } from '../../../../src/model/service';
import { isStatus, refusalIn } from '../../../drivers/kubernetes/errors';
import { transient } from '../../../drivers/errors';
import type { KubernetesContext } from '../context';
import type { EndpointSliceObject, ServiceObject } from '../objects';
import { askService } from '../sets/ask-routes';
import { metadataOf, ownLabels } from '../../../../src/model/kubernetes/labels';
import { podsOf } from '../sets/pods';
import { type Leads, type LeadsTo, readSwitch } from './leads';

const EVERY_MS = 100;
/** How long the cluster may take to send requests to the other pods. */
const SWITCHED_WITHIN_MS = 30_000;

/** One Service for each routed service, under its own name: the team's Ingress or load balancer leads there, and stays as it is. */
export function leadByServices(ctx: KubernetesContext): Leads {
  const { space, place } = ctx;
  const serviceFor = (service: string, routes: Route[], selector?: Record<string, string>) => {
    const ports = routes.map(({ port }) => ({ port, protocol: 'TCP' as const }));
    const unique = ports.filter(({ port }, at) => ports.findIndex((one) => one.port === port) === at);
    return serviceOf(metadataOf(place, service, ownLabels(place, { role: 'proxy', service })), unique, selector);
  };
  const nobody = labels(place.installation, { role: 'proxy', release: 'none' });
  return {
    kind: 'Service',
    keyOf: ({ service }) => service,
    keyIn: ({ metadata }) => readLabels(place.installation, metadata.labels)?.service ?? metadata.name,
    nameOf: (service) => service,
    async ensure(service, routes) {
      const found = await space.get<ServiceObject>('Service', service);
      refuseOthers(ctx, service, found);
      await rememberSelector(ctx, found);
      await applyOwn(ctx, service, () => space.apply(serviceFor(service, routes)));
    },
    async describe(service, { release, routes }) {
      return serviceFor(service, routes, ownLabels(place, { role: 'instance', service, release }));
    },
    async patchTo(service, to, left) {
      const before = left?.metadata.annotations?.[beforeKey(place.installation)];
      if (before !== undefined) return [{ op: 'add', path: '/spec/selector', value: JSON.parse(before) as object }];
      // During a split all instances of the service are behind it, and how many there are of each release is the share.
      const release = to?.part ? {} : { release: to?.release };
      const value = to ? ownLabels(place, { role: 'instance', service, ...release }) : nobody;
      return [{ op: 'add', path: '/spec/selector', value }];
    },
    readBack: (service, to) => readBack(ctx, service, to),
  };
}

const beforeKey = (installation: string) => `${installation}.selector-before`;

/** Where a team's own Service led, so that a first release that fails leaves it leading there. */
async function rememberSelector(
  { space, place: { installation } }: KubernetesContext,
  found: ServiceObject | undefined,
) {
  if (!found || readLabels(installation, found.metadata.labels)) return;
  const { name, annotations, resourceVersion } = found.metadata;
  const before = { [beforeKey(installation)]: JSON.stringify(found.spec.selector ?? {}) };
  const isDone = await space.patch('Service', name, [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path: '/metadata/annotations', value: { ...annotations, ...before } },
  ]);
  if (!isDone)
    throw transient({
      kind: 'changed-meanwhile',
      service: name,
      message: `the Service ${name} was changed by others just now`,
    });
}

/** Another environment may have a service of that name in the same namespace. What a team has made is taken over. */
function refuseOthers(ctx: KubernetesContext, service: string, found: ServiceObject | undefined): void {
  const { installation, app, environment } = ctx.place;
  const own = found && readLabels(installation, found.metadata.labels);
  if (!own || (own.app === app && own.environment === environment && own.role === 'proxy')) return;
  throw ctx.fail({
    kind: 'name-taken',
    service,
    message: `the Service ${service} of ${ctx.space.namespace} leads to ${own.app} ${own.environment}. Give each environment a namespace of its own`,
  });
}

/** Where a team's Service says something else, it decides. */
async function applyOwn(ctx: KubernetesContext, service: string, apply: () => Promise<unknown>): Promise<void> {
  try {
    await apply();
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    throw ctx.fail({
      kind: 'changed-by-others',
      service,
      message: `the Service ${service} of ${ctx.space.namespace} has something else that another program owns: ${refusalIn(error)?.message}. Write the route's port as it has it, or take those fields out of what that program applies`,
    });
  }
}

async function readBack(ctx: KubernetesContext, service: string, to: LeadsTo | undefined): Promise<void> {
  const began = Date.now();
  for (;;) {
    const found = await ctx.space.get('Service', service);
    // A newer rollout proves its own.
    if (!found || readSwitch(ctx.place.installation, found).counter > ctx.counter) return;
    const lacks = (await describeEndpoints(ctx, service, to)) ?? (to && (await describeAnswers(ctx, service, to)));
    if (lacks === undefined) return;
    if (Date.now() - began >= SWITCHED_WITHIN_MS)
      throw transient({
        kind: 'routes-not-served',
        host: ctx.host,
        service,
        message: `the Service ${service} does not lead to ${to?.release ?? 'nothing'} ${SWITCHED_WITHIN_MS / 1_000} s after it was switched: ${lacks}. Look at it: kubectl get endpointslices -l kubernetes.io/service-name=${service}`,
      });
    ctx.watch.onProgress?.(`${service}: ${lacks}`);
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

/** What differs between the pods that get requests and those that shall get them; undefined when nothing does. */
async function describeEndpoints(ctx: KubernetesContext, service: string, to: LeadsTo | undefined) {
  const { space, place } = ctx;
  const slices = await space.list<EndpointSliceObject>('EndpointSlice', { 'kubernetes.io/service-name': service });
  const serving = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef }) => targetRef?.name ?? 'an address of somebody else');
  // Where it leads to nothing of ours, a team's own pods may get requests again.
  const releases = to ? [to.release, ...(to.part ? [to.part.beside.release] : [])] : [undefined];
  const own = await Promise.all(
    releases.map((release) =>
      podsOf(ctx, { selector: ownLabels(place, { role: 'instance', service, ...(release && { release }) }) }),
    ),
  );
  const names = new Set(own.flat().map(({ metadata }) => metadata.name));
  const other = serving.find((name) => (to ? !names.has(name) : names.has(name)));
  if (other) return `${other} still gets requests`;
  return to && serving.length === 0 ? 'no pod gets requests' : undefined;
}

/** The first answer through it, whatever it says: `Accepted` by the cluster is no proof. */
async function describeAnswers(ctx: KubernetesContext, service: string, { routes }: LeadsTo) {
  for (const { port, path, protocol } of routes) {
    const answer = protocol ? undefined : await askService(ctx, service, port, path);
    if (typeof answer === 'string') return answer;
  }
  return undefined;
}
