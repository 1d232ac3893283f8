import { setTimeout as pause } from 'node:timers/promises';
import { environmentNetwork, readLabels } from '../../../../src/model/names';
import type { NodeState, ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import { askRoutes } from '../../../engines/proxy/ask-routes';
import { isRouted } from '../../../engines/proxy/routes';
import type { SwarmContext } from '../context';
import { inspectSet } from './inspect';
import type { Make } from './make';
import { readLastLines } from './said';
import { describeOthers } from './seal';
import { describeWaiting, whyNever, type Wrong } from './why';

const EVERY_MS = 300;
/** How long a task without health command and route must run. */
const STEADY_MS = 3_000;
/** Before these states a task waits for its node and its image, which is not its own fault. */
const IS_STARTED = new Set(['starting', 'running']);

/**
 * Waits until `count` tasks of the set run on its image, each healthy: a task with a health command runs only when it is. Fails
 * permanently with the last lines of a task as soon as one ended that was to go on, or cannot come to run; and after `healthyWithin`,
 * which counts while no task waits for its image.
 */
export async function waitUntilRunning(
  ctx: SwarmContext,
  make: Make,
  count: number,
  before: TaskState[],
): Promise<void> {
  const known = new Set(before.map(({ id }) => id));
  const firstSeen = new Map<string, number>();
  const within = make.service.healthyWithinMs;
  for (let since = Date.now(); ;) {
    const set = await inspectSet(ctx, make, 'unhealthy');
    refuseOther(ctx, make, set);
    const [tasks, nodes] = await Promise.all([ctx.swarm.listTasks([set.id]), ctx.swarm.listNodes()]);
    const wrong = await firstWrong(
      ctx,
      make,
      tasks.filter(({ id }) => !known.has(id)),
      nodes,
    );
    if (wrong) throw await failed(ctx, make, set, wrong);
    const refused = tasks.find(({ id, state }) => state === 'rejected' && !before.some((one) => one.id === id));
    for (const { id, state } of tasks) if (state === 'rejected') known.add(id);
    const wanted = tasks.filter(({ desired }) => desired === 'running' || desired === 'ready');
    const found = await lookAt(ctx, make, wanted, count, firstSeen);
    if (found === undefined) return;
    if (!refused && wanted.some(({ state }) => !IS_STARTED.has(state) && state !== 'pending')) since = Date.now();
    const said = refused ? `. A node refused one: "${refused.error}"` : '';
    const words = found === '' ? describeWaiting(wanted, nodes, count, set) + said : found;
    if (Date.now() - since >= within) throw await late(ctx, make, set, wanted, words);
    ctx.watch.onProgress?.(`${make.name}: ${words}`);
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

/** As this very service is, which may be of an earlier release. */
export const asItIs = (ctx: SwarmContext, make: Make, { labels, image }: ServiceState): Make => ({
  ...make,
  spec: readLabels(ctx.place.installation, labels)?.spec ?? '',
  service: { ...make.service, image },
});

/** Undefined when it is as it shall be; empty where the tasks themselves tell what lacks. */
async function lookAt(
  ctx: SwarmContext,
  make: Make,
  wanted: TaskState[],
  count: number,
  firstSeen: Map<string, number>,
): Promise<string | undefined> {
  const { service, environment } = make;
  const running = wanted.filter(({ state, image }) => state === 'running' && image === service.image);
  for (const { id } of running) if (!firstSeen.has(id)) firstSeen.set(id, Date.now());
  if (running.length < count) return '';
  const { healthcheck } = service.container;
  if (healthcheck?.test && !healthcheck.disabled) return undefined;
  if (isRouted(environment, service.name)) return askTasks(ctx, make, running);
  const isSteady = running.every(({ id }) => Date.now() - firstSeen.get(id)! >= STEADY_MS);
  return isSteady ? undefined : `has run for less than ${STEADY_MS / 1_000} s`;
}

/** What is wrong with the answers of tasks on their routes, asked from the proxy of an edge. */
export async function askTasks(ctx: SwarmContext, make: Pick<Make, 'environment' | 'service'>, tasks: TaskState[]) {
  const name = environmentNetwork(ctx.place);
  const { installation, app, environment } = ctx.place;
  const own = { [`${installation}.app`]: app, [`${installation}.environment`]: environment };
  const network = (await ctx.swarm.listOverlays(own)).find((one) => one.name === name);
  const [edge] = ctx.edges;
  for (const { addresses, slot } of tasks) {
    const address = addresses[network?.id ?? ''];
    if (!edge || !address) continue;
    const found = await askRoutes({ ...ctx, engine: edge.engine }, address, make.service.name, make.environment);
    if (found !== undefined) return `task ${slot} gave ${found}`;
  }
  return undefined;
}

/** A person, or another rollout, may have put another specification in its place: then this is not what was asked for. */
function refuseOther(ctx: SwarmContext, { name, spec, service }: Make, set: ServiceState): void {
  const { labels, image, update } = set;
  if (image === service.image && readLabels(ctx.place.installation, labels)?.spec === spec) {
    const others = describeOthers(ctx.place.installation, set);
    if (others === undefined || !/^updating|paused$/.test(update?.state ?? '')) return;
    throw ctx.fail({ kind: 'changed-meanwhile', service: service.name, message: `${name} ${others}` });
  }
  const why = update?.state.startsWith('rollback') ? ': it was rolled back (docker service rollback)' : '';
  throw ctx.fail({
    kind: 'changed-meanwhile',
    service: service.name,
    message: `${name} has another specification than the release's, with ${image}${why}. Expected ${service.image}. Find out who changes it, and release again`,
  });
}

async function firstWrong(
  ctx: SwarmContext,
  { release }: Make,
  tasks: TaskState[],
  nodes: NodeState[],
): Promise<Wrong | undefined> {
  for (const task of tasks) {
    const wrong = await whyNever(ctx, release, task, nodes);
    if (wrong) return wrong;
  }
  return undefined;
}

async function failed(ctx: SwarmContext, { name, service, environment }: Make, set: ServiceState, wrong: Wrong) {
  const lastLines = await readLastLines(ctx, environment, set, wrong.task);
  const { kind, what } = wrong;
  return ctx.fail({
    kind,
    service: service.name,
    message: `${name} ${what}`,
    ...(lastLines.length > 0 && { lastLines }),
  });
}

async function late(ctx: SwarmContext, make: Make, set: ServiceState, wanted: TaskState[], words: string) {
  const { name, service, environment } = make;
  const task = wanted.find(({ state }) => state !== 'running') ?? wanted[0];
  const lastLines = task ? await readLastLines(ctx, environment, set, task) : [];
  return ctx.fail({
    kind: 'unhealthy',
    service: service.name,
    message: `${name} was not healthy within ${service.healthyWithinMs / 1_000} s: ${words}. If it needs more time, raise services.${service.name}.healthyWithin`,
    lastLines,
  });
}
