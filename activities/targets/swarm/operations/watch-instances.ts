import { setTimeout as pause } from 'node:timers/promises';
import { instanceName } from '../../../../src/model/names';
import type { OperationInputs } from '../../../../src/model/plan';
import type { Service } from '../../../../src/model/service';
import { replicasOn, servicesOn } from '../../../../src/model/target';
import type { NodeState, ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import { remember, resumeFrom } from '../../../heartbeat';
import { isRouted } from '../../../engines/proxy/routes';
import type { SwarmContext } from '../context';
import { readLastLines } from '../sets/said';
import { askTasks } from '../sets/wait';
import { describeEnd, nameNode } from '../sets/why';

const EVERY_MS = 500;
const ASK_EVERY_MS = 1_000;
const TOO_MANY = 3;

interface Watched {
  since: number;
  /** By the set's name: the service, how many are wanted, and the tasks that had ended before. */
  sets: Record<string, { service: string; count: number; ended: string[] }>;
}

interface Seen {
  set: ServiceState | undefined;
  tasks: TaskState[];
  nodes: NodeState[];
}

/**
 * Fails as soon as a task of the release has ended, was replaced or is lacking. One that had to leave a node that is drained or lost
 * is made good by the swarm: then it only takes as long as the service has to become healthy.
 */
export async function watchInstances(
  ctx: SwarmContext,
  { release, forMs, part }: OperationInputs['watchInstances'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const watched = resumeFrom<Watched>() ?? (await beginWatch(ctx, release, part));
  remember(watched);
  const moved = new Map<string, number>();
  const asked = await beginToAsk(ctx, release);
  for (;;) {
    let lacking: string | undefined;
    for (const [name, wanted] of Object.entries(watched.sets)) {
      const seen = await look(ctx, name);
      const wrong = describeChange(seen, wanted);
      if (wrong) throw await unhealthy(ctx, release, name, watched, seen, wrong);
      const bad = await asked(name, wanted.service, seen);
      const short = bad ?? describeLack(seen, wanted.count);
      if (!short) moved.delete(name);
      else {
        lacking = `${name}: ${short}`;
        const since = moved.get(name) ?? Date.now();
        moved.set(name, since);
        const service = environment.services.find((one) => one.name === wanted.service)!;
        const isLate = bad === undefined && Date.now() - since > patienceOf(seen, service);
        if (isLate || (bad && asked.times(name) >= TOO_MANY))
          throw await unhealthy(ctx, release, name, watched, seen, short);
      }
    }
    const left = watched.since + forMs - Date.now();
    if (left <= 0 && !lacking) return;
    ctx.watch.onProgress?.(`${lacking ?? 'all healthy'}, ${Math.max(0, Math.ceil(left / 1_000))} s to go`);
    await pause(left > 0 ? Math.min(EVERY_MS, left) : EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

async function beginWatch(
  ctx: SwarmContext,
  release: string,
  part: OperationInputs['watchInstances']['part'],
): Promise<Watched> {
  const environment = await ctx.environment(release);
  const wanted = servicesOn(environment, ctx.host).filter(
    ({ kind }) => kind === 'released' || (kind === 'background' && !part),
  );
  const sets = await Promise.all(
    wanted.map(async (service) => {
      const name = instanceName(ctx.place, release, service.name);
      const { tasks } = await look(ctx, name);
      const count = Math.min(part?.instances?.[service.name] ?? Infinity, replicasOn(ctx.target, service));
      const ended = tasks.filter(hasFailed).map(({ id }) => id);
      return [name, { service: service.name, count, ended }] as const;
    }),
  );
  return { since: Date.now(), sets: Object.fromEntries(sets) };
}

async function look({ swarm }: SwarmContext, name: string): Promise<Seen> {
  const set = await swarm.inspectService(name);
  if (!set) return { set, tasks: [], nodes: [] };
  const [tasks, nodes] = await Promise.all([swarm.listTasks([set.id]), swarm.listNodes()]);
  return { set, tasks, nodes };
}

/** Ended by itself, or because it was ill; `shutdown` is what the swarm was told to do. */
const hasFailed = ({ state }: TaskState) => ['failed', 'complete', 'rejected'].includes(state);

function describeChange({ set, tasks, nodes }: Seen, wanted: Watched['sets'][string]): string | undefined {
  if (!set) return 'is gone';
  if (set.replicas < wanted.count) return `was scaled down to ${set.replicas}. Expected ${wanted.count}`;
  const failed = tasks.find((task) => hasFailed(task) && !wanted.ended.includes(task.id) && isOnGoodNode(task, nodes));
  return failed && `${describeEnd(failed, nodes)}`;
}

const isOnGoodNode = ({ node }: TaskState, nodes: NodeState[]) =>
  nodes.some(({ id, isUp, isActive }) => id === node && isUp && isActive);

function describeLack({ tasks, nodes }: Seen, count: number): string | undefined {
  const up = new Set(nodes.filter(({ isUp }) => isUp).map(({ id }) => id));
  const running = tasks.filter(
    ({ state, desired, node }) => state === 'running' && desired === 'running' && up.has(node),
  );
  if (running.length >= count) return undefined;
  const left = tasks.find((task) => !isOnGoodNode(task, nodes) && task.node !== '');
  return `${running.length} of ${count} run${left ? `, since ${nameNode(left, nodes)} was drained or lost` : ''}`;
}

/** How long a lack is borne: of a node that left, as long as a new task needs; of anything else, one look. */
const patienceOf = ({ tasks, nodes }: Seen, { healthyWithinMs }: Service) =>
  tasks.some((task) => task.node !== '' && !isOnGoodNode(task, nodes)) ? healthyWithinMs + 30_000 : 0;

/** A routed service without a health command is watched by requests; a single bad answer does not end the soak. */
async function beginToAsk(ctx: SwarmContext, release: string) {
  const environment = await ctx.environment(release);
  const bad = new Map<string, { said: string; times: number }>();
  const askedAt = new Map<string, number>();
  const ask = async (name: string, serviceName: string, { tasks }: Seen): Promise<string | undefined> => {
    const service = environment.services.find((one) => one.name === serviceName)!;
    if (service.container.healthcheck?.test || !isRouted(environment, serviceName)) return undefined;
    if (Date.now() - (askedAt.get(name) ?? 0) >= ASK_EVERY_MS) {
      askedAt.set(name, Date.now());
      const running = tasks.filter(({ state, desired }) => state === 'running' && desired === 'running');
      const said = await askTasks(ctx, { environment, service }, running);
      if (said === undefined) bad.delete(name);
      else bad.set(name, { said, times: (bad.get(name)?.times ?? 0) + 1 });
    }
    const found = bad.get(name);
    return found && `gave ${found.times} bad answers in a row: ${found.said}`;
  };
  return Object.assign(ask, { times: (name: string) => bad.get(name)?.times ?? 0 });
}

async function unhealthy(
  ctx: SwarmContext,
  release: string,
  name: string,
  watched: Watched,
  { set, tasks }: Seen,
  wrong: string,
) {
  const after = `${((Date.now() - watched.since) / 1_000).toFixed(1)} s into the soak`;
  const { service, ended } = watched.sets[name]!;
  const task = tasks.find((one) => hasFailed(one) && !ended.includes(one.id)) ?? tasks[0];
  const lastLines = set && task ? await readLastLines(ctx, await ctx.environment(release), set, task) : [];
  return ctx.fail({ kind: 'unhealthy-in-soak', service, message: `${name} ${wrong}, ${after}`, lastLines });
}
