import { instanceName, oneOffName } from '../../../src/model/names';
import { askFromWorker } from '../../engines/proxy/from-worker';
import type { CommandRun, HttpAnswer, HttpRequest } from '../driver';
import type { KubernetesContext } from './context';
import { askService } from './sets/ask-routes';
import { findPod, removeJob, waitUntilOver } from './sets/job';
import { makeJob } from './sets/make';
import { readLastLines } from './sets/said';

/**
 * Sends a request to a routed service: from the worker to the address that users open; otherwise through the API server, to the Service that
 * carries the traffic, or during a split to this release's own.
 */
export async function ask(
  ctx: KubernetesContext,
  { release, route, path, method, from, isShared, timeoutMs }: HttpRequest,
): Promise<HttpAnswer | 'unreachable' | undefined> {
  const { host, https, port } = route;
  if (from === 'worker') {
    const target = { address: `http://${host}` };
    return askFromWorker({ ...ctx, target }, { to: 'routes', host, path, method, https }, timeoutMs);
  }
  const isByService = ctx.target.route === 'service' && !isShared;
  const name = isByService ? route.service : instanceName(ctx.place, release, route.service);
  const began = Date.now();
  const answer = await askService(ctx, name, port, path, timeoutMs);
  return typeof answer === 'string' ? undefined : { ...answer, tookMs: Date.now() - began };
}

/** Runs a command as a Job. A retry attaches to a running one and replaces an ended one. */
export async function runOnce(
  ctx: KubernetesContext,
  { environment, release, service, command, name: step, withinMs }: CommandRun,
): Promise<{ exitCode?: number; lastLines: string[] }> {
  const name = oneOffName(ctx.place, release, service, step);
  const make = makeJob(ctx, environment, await ctx.service(release, service), release, {
    name,
    command,
    step: 'verify',
  });
  const last = await findPod(ctx, make.name);
  if (last?.status?.phase === 'Succeeded' || last?.status?.phase === 'Failed') await removeJob(ctx, make.name);
  if (!(await ctx.space.get('Job', make.name))) await ctx.space.apply(await make.whole(1));
  const exitCode = await waitUntilOver(ctx, make, withinMs);
  // The log goes with the pod.
  const lastLines = await readLastLines(ctx, make, await findPod(ctx, make.name));
  await removeJob(ctx, make.name);
  return { ...(exitCode !== undefined && { exitCode }), lastLines };
}
