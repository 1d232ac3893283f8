import { setTimeout as pause } from 'node:timers/promises';
import { routeName } from '../../../../src/model/kubernetes/names';
import { instanceName } from '../../../../src/model/names';
import type { Route } from '../../../../src/model/service';
import { transient } from '../../../drivers/errors';
import type { KubernetesObject } from '../../../drivers/kubernetes/cluster';
import { askGateway } from './ask-gateway';
import type { KubernetesContext } from '../context';
import { metadataOf, ownLabels } from '../../../../src/model/kubernetes/labels';
import { type Leads, type LeadsTo, readSwitch } from './leads';

const EVERY_MS = 100;
const SWITCHED_WITHIN_MS = 30_000;
const GROUP = 'gateway.networking.k8s.io';

interface HttpRoute extends KubernetesObject {
  spec: { hostnames?: string[] };
  status?: {
    parents?: { conditions?: { type: string; status: string; observedGeneration?: number; message?: string }[] }[];
  };
}

/** One HTTPRoute for each host name, with a rule for each path. It leads to the releases' own Services, by weights. */
export function leadByGateway(ctx: KubernetesContext, parent: { gateway: string; namespace?: string }): Leads {
  const { space, place, counter } = ctx;
  const namespace = parent.namespace ?? space.namespace;
  const routeFor = (host: string) => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'HTTPRoute',
    metadata: metadataOf(place, routeName(place, host), ownLabels(place, { role: 'proxy' })),
    spec: {
      parentRefs: [{ group: GROUP, kind: 'Gateway', name: parent.gateway, namespace }],
      hostnames: [host],
    },
  });
  return {
    kind: 'HTTPRoute',
    keyOf: ({ host }) => host,
    keyIn: (lead) => (lead as HttpRoute).spec.hostnames?.[0] ?? lead.metadata.name,
    nameOf: (host) => routeName(place, host),
    ensure: async (host) => void (await space.apply(routeFor(host))),
    async describe(host, to) {
      const route = routeFor(host);
      return { ...route, spec: { ...route.spec, rules: await rulesOf(ctx, to) } };
    },
    async patchTo(_, to) {
      return [{ op: 'add', path: '/spec/rules', value: [proofOf(counter), ...(await rulesOf(ctx, to))] }];
    },
    readBack: (host) => readBack(ctx, host, { name: parent.gateway, namespace }),
  };
}

/** A path of our own, by whose answer the proxy says itself which rollout's rules it has. */
const PROOF = '/.well-known/windlass-rollout';
const proofOf = (counter: number) => ({
  matches: [{ path: { type: 'Exact', value: PROOF } }],
  filters: [
    {
      type: 'RequestRedirect',
      requestRedirect: { statusCode: 302, path: { type: 'ReplaceFullPath', replaceFullPath: `${PROOF}-${counter}` } },
    },
  ],
});

/** Without a backend it answers with an error: nothing is there. */
async function rulesOf(ctx: KubernetesContext, to: LeadsTo | undefined): Promise<object[]> {
  if (!to) return [ruleOf('/', [])];
  const { part, release, routes } = to;
  const others = part ? (await ctx.environment(part.beside.release)).routes : [];
  const isSame = (one: Route) => (other: Route) => one.host === other.host && one.path === other.path;
  const shared = routes.map((route) => {
    const other = others.find(isSame(route));
    if (!part || !other) return ruleOf(route.path, [backendOf(ctx, release, route)]);
    return ruleOf(route.path, [
      backendOf(ctx, release, route, part.percent),
      backendOf(ctx, part.beside.release, other, 100 - part.percent),
    ]);
  });
  const left = others.filter((other) => routes[0]?.host === other.host && !routes.some(isSame(other)));
  return [...shared, ...left.map((other) => ruleOf(other.path, [backendOf(ctx, part!.beside.release, other)]))];
}

const ruleOf = (path: string, backendRefs: object[]) => ({
  matches: [{ path: { type: 'PathPrefix', value: path } }],
  ...(backendRefs.length > 0 && { backendRefs }),
});

const backendOf = ({ place }: KubernetesContext, release: string, { service, port }: Route, weight = 100) => ({
  name: instanceName(place, release, service),
  port,
  weight,
});

/** Until the cluster has accepted the rules, and the proxy answers by them: the first alone is no proof. */
async function readBack(ctx: KubernetesContext, host: string, gateway: { name: string; namespace: string }) {
  const name = routeName(ctx.place, host);
  const began = Date.now();
  for (;;) {
    const route = await ctx.space.get<HttpRoute>('HTTPRoute', name);
    // A newer rollout proves its own.
    if (!route || readSwitch(ctx.place.installation, route).counter > ctx.counter) return;
    const lacks = describeStatus(route) ?? (await describeProof(ctx, host, gateway));
    if (lacks === undefined) return;
    if (Date.now() - began >= SWITCHED_WITHIN_MS)
      throw transient({
        kind: 'routes-not-served',
        host: ctx.host,
        message: `the HTTPRoute ${name} is not served ${SWITCHED_WITHIN_MS / 1_000} s after it was switched: ${lacks}. Look at it: kubectl describe httproute ${name}`,
      });
    ctx.watch.onProgress?.(`${name}: ${lacks}`);
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

function describeStatus({ metadata: { generation = 0 }, status }: HttpRoute): string | undefined {
  const conditions = (status?.parents ?? []).flatMap((parent) => parent.conditions ?? []);
  for (const type of ['Accepted', 'ResolvedRefs']) {
    const found = conditions.find((one) => one.type === type && (one.observedGeneration ?? 0) >= generation);
    if (found?.status !== 'True')
      return found ? `${type} is ${found.status}: "${found.message ?? ''}"` : `the Gateway has not said ${type} yet`;
  }
  return undefined;
}

async function describeProof(ctx: KubernetesContext, host: string, gateway: { name: string; namespace: string }) {
  const answer = await askGateway(ctx, gateway, { host, path: PROOF });
  if (answer === undefined) {
    ctx.watch.onProgress?.(`${gateway.name} cannot be asked from here, so its own word is all there is`);
    return undefined;
  }
  const { location = '' } = answer.headers;
  return location.endsWith(`${PROOF}-${ctx.counter}`)
    ? undefined
    : `the proxy answers ${answer.status}${location && ` with ${location}`}. Expected rollout ${ctx.counter}`;
}
