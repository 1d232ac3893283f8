import { labels, replicaOf } from '../../../../../src/model/names';
import type { CommonOperations } from '../../../../../src/model/operations/common';
import type { ServiceScope } from '../../../../../src/model/operations/operation';
import type { DockerContext } from '../../context';
import { removeInstance, startInstance, stopInstance } from './replicas';

/** `count` containers of the service run and are healthy. They are started together. */
export async function startInstances(
  ctx: DockerContext,
  { count, ...scope }: CommonOperations['startInstances'],
): Promise<void> {
  const replicas = Array.from({ length: count }, (_, index) => index + 1);
  await together(ctx, replicas, (within, replica) => startInstance(within, { ...scope, replica }));
}

/** No more than `left` run; the last ones stop, together. */
export async function stopInstances(
  ctx: DockerContext,
  { left, drain, ...scope }: CommonOperations['stopInstances'],
): Promise<void> {
  const replicas = await findReplicas(ctx, scope, left);
  await together(ctx, replicas, (within, replica) => stopInstance(within, { ...scope, replica, drain }));
}

/** No more than `left` are there; the last ones go, together. */
export async function removeInstances(
  ctx: DockerContext,
  { left, ...scope }: CommonOperations['removeInstances'],
): Promise<void> {
  const replicas = await findReplicas(ctx, scope, left);
  await together(ctx, replicas, (within, replica) => removeInstance(within, { ...scope, replica }));
}

async function findReplicas({ engine, place }: DockerContext, scope: ServiceScope, left: number): Promise<number[]> {
  const { installation, app, environment } = place;
  const { release, service } = scope;
  const own = labels(installation, { role: 'instance', app, environment, release, service });
  const found = await engine.listContainers(own);
  return found.map(({ name }) => replicaOf(name, service)).filter((replica) => replica > left);
}

/**
 * Does the same with several containers at once. The first failure stops the others and is thrown when all have ended, so that
 * nothing is under way any more when the operation has failed.
 */
async function together(
  ctx: DockerContext,
  replicas: number[],
  work: (ctx: DockerContext, replica: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const signal = ctx.watch.signal ? AbortSignal.any([ctx.watch.signal, stop.signal]) : stop.signal;
  const within = { ...ctx, watch: { ...ctx.watch, signal } };
  const failures: unknown[] = [];
  const attempt = (replica: number) =>
    work(within, replica).catch((error: unknown) => {
      failures.push(error);
      stop.abort(error);
    });
  await Promise.all(replicas.map(attempt));
  if (failures.length > 0) throw failures[0];
}
