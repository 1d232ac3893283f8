import { instanceName, oneOffName } from '../../../src/model/names';
import { permanent } from '../../drivers/errors';
import { askFromWorker } from '../../engines/proxy/from-worker';
import type { CommandRun, HttpAnswer, HttpRequest } from '../driver';
import type { SwarmContext } from './context';
import { createJob, waitUntilOver } from './sets/job';
import { makeJob } from './sets/make';
import { readLastLines } from './sets/said';

/** Sends a request through the proxy of the first edge or, during a split, directly to this release's set. */
export function ask(ctx: SwarmContext, request: HttpRequest): Promise<HttpAnswer | 'unreachable' | undefined> {
  const { release, route, path, method, from, isShared, timeoutMs } = request;
  const { installation } = ctx.place;
  const question = { to: 'routes', host: route.host, path, method } as const;
  const [edge] = ctx.edges;
  const at = ctx.target.edge[0];
  if (!edge || !at)
    throw permanent({
      kind: 'no-edge',
      host: ctx.host,
      message: `${ctx.host} has no edge, so nobody can ask ${route.host}. Name one: swarm.edge`,
    });
  if (isShared) {
    const to = { container: instanceName(ctx.place, release, route.service), port: route.port };
    return ctx.proxy.ask(edge.engine, installation, { ...question, to }, timeoutMs);
  }
  if (from === 'worker') return askFromWorker({ ...ctx, target: at }, { ...question, https: route.https }, timeoutMs);
  return ctx.proxy.ask(edge.engine, installation, question, timeoutMs);
}

/** Runs a command as a job. A retry attaches to a running one and replaces an ended one. */
export async function runOnce(
  ctx: SwarmContext,
  { environment, release, service, command, name: step, withinMs }: CommandRun,
): Promise<{ exitCode?: number; lastLines: string[] }> {
  const { swarm } = ctx;
  const name = oneOffName(ctx.place, release, service, step);
  const found = await swarm.inspectService(name);
  const [last] = found ? await swarm.listTasks([found.id]) : [];
  if (last && ['complete', 'failed', 'rejected'].includes(last.state)) await swarm.removeService(name);
  const make = makeJob(ctx, environment, await ctx.service(release, service), release, {
    name,
    command,
    step: 'verify',
  });
  await createJob(ctx, make);
  const { set, task, exitCode } = await waitUntilOver(ctx, make, withinMs);
  const lastLines = task ? await readLastLines(ctx, environment, set, task) : [];
  await swarm.removeService(name);
  return { ...(exitCode !== undefined && { exitCode }), lastLines };
}
