import { setTimeout as pause } from 'node:timers/promises';
import { readLabels } from '../../../../src/model/names';
import type { KubernetesContext } from '../context';
import { containerOf, isReady, type PodObject, type SetObject } from '../objects';
import { askRoutes } from './ask-routes';
import type { Make } from './make';
import { podsOf } from './pods';
import { readLastLines } from './said';
import { describeWaiting, whyNever, whyNoPods, type Wrong } from './why';

const EVERY_MS = 300;
/** How long a refusal must stand: the cluster tries again, and the former set may be going. */
const REFUSED_FOR_MS = 5_000;

/** Pod → how often it had restarted. */
export type Restarts = Record<string, number>;

export const restartsOf = (pods: PodObject[]): Restarts =>
  Object.fromEntries(pods.map((pod) => [pod.metadata.uid!, containerOf(pod)?.restartCount ?? 0]));

/**
 * Waits until the cluster has observed the set, and `count` of its pods are available. Fails permanently with a pod's last lines as soon as
 * one ended that was to go on, or cannot come to run; and after `healthyWithin`.
 */
export async function waitUntilRunning(
  ctx: KubernetesContext,
  make: Make,
  count: number,
  before: Restarts = {},
): Promise<void> {
  const within = make.service.healthyWithinMs;
  const began = Date.now();
  let refusedSince: number | undefined;
  for (;;) {
    const set = await findSet(ctx, make);
    const pods = await podsOf(ctx, make);
    for (const pod of pods) {
      const wrong = whyNever(pod, before[pod.metadata.uid!]);
      if (wrong) throw await failed(ctx, make, wrong);
    }
    const words = await lookAt(ctx, make, set, pods, count);
    if (words === undefined) return;
    const refused = whyNoPods(set);
    refusedSince = refused && (refusedSince ?? Date.now());
    if (refused && Date.now() - refusedSince! >= REFUSED_FOR_MS) throw await failed(ctx, make, refused);
    if (Date.now() - began >= within) throw await late(ctx, make, pods, words);
    ctx.watch.onProgress?.(`${make.name}: ${words}`);
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

/** The set as it is now. Fails when it is gone or another one, because nothing of windlass changes it meanwhile. */
async function findSet(ctx: KubernetesContext, { kind, name, spec, service }: Make): Promise<SetObject> {
  const set = await ctx.space.get<SetObject>(kind, name);
  if (!set)
    throw ctx.fail({ kind: 'unhealthy', service: service.name, message: `${name} is gone: somebody removed it` });
  const { image } = set.spec.template.spec.containers[0]!;
  if (image !== service.image || readLabels(ctx.place.installation, set.metadata.labels)?.spec !== spec)
    throw ctx.fail({
      kind: 'changed-meanwhile',
      service: service.name,
      message: `${name} has another specification than the release's, with ${image}. Expected ${service.image}. Find out who changes it, and release again`,
    });
  return set;
}

/** Undefined when it is as it shall be; otherwise what lacks. */
async function lookAt(
  ctx: KubernetesContext,
  make: Make,
  { metadata, status = {} }: SetObject,
  pods: PodObject[],
  count: number,
): Promise<string | undefined> {
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (observedGeneration < (metadata.generation ?? 0)) return 'the cluster has not looked at it yet';
  const isAvailable = updatedReplicas >= count && availableReplicas >= count && pods.filter(isReady).length >= count;
  return isAvailable ? askRoutes(ctx, make) : describeWaiting(pods, count);
}

async function failed(ctx: KubernetesContext, make: Make, { kind, what, pod }: Wrong) {
  const lastLines = await readLastLines(ctx, make, pod);
  return ctx.fail({
    kind,
    service: make.service.name,
    message: `${pod?.metadata.name ?? make.name} ${what}`,
    ...(lastLines.length > 0 && { lastLines }),
  });
}

async function late(ctx: KubernetesContext, make: Make, pods: PodObject[], words: string) {
  const { name, service } = make;
  const lastLines = await readLastLines(ctx, make, pods.find((pod) => !isReady(pod)) ?? pods[0]);
  return ctx.fail({
    kind: 'unhealthy',
    service: service.name,
    message: `${name} was not healthy within ${service.healthyWithinMs / 1_000} s: ${words}. If it needs more time, raise services.${service.name}.healthyWithin`,
    lastLines,
  });
}
