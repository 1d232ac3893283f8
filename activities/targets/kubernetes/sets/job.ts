import { setTimeout as pause } from 'node:timers/promises';
import { transient } from '../../../drivers/errors';
import type { KubernetesContext } from '../context';
import { containerOf, type JobObject, type PodObject } from '../objects';
import type { Make } from './make';
import { nameNode, whyNever } from './why';

const EVERY_MS = 300;
/** How long a Job may be without a pod once it is over, or before it begins. */
const NO_POD_MS = 30_000;

/** Of a Job that is not retried there is one. */
export const findPod = async ({ space }: KubernetesContext, name: string): Promise<PodObject | undefined> =>
  (await space.list<PodObject>('Pod', { 'job-name': name }))[0];

export async function hasFailed({ space }: KubernetesContext, name: string): Promise<boolean> {
  const job = await space.get<JobObject>('Job', name);
  return job?.status?.conditions?.some(({ type, status }) => type === 'Failed' && status === 'True') ?? false;
}

export async function removeJob({ space, watch }: KubernetesContext, name: string): Promise<void> {
  await space.remove('Job', name);
  const pods = () => space.list('Pod', { 'job-name': name });
  while ((await space.get('Job', name)) || (await pods()).length > 0)
    await pause(EVERY_MS, undefined, { signal: watch.signal });
}

/**
 * Waits for the end of a Job's pod, and returns its exit status; undefined when it did not end within the time. Fails where it cannot
 * start, and where its pod is gone, for then nobody knows how it ended.
 */
export async function waitUntilOver(
  ctx: KubernetesContext,
  make: Make,
  within = Infinity,
): Promise<number | undefined> {
  const began = Date.now();
  for (;;) {
    const pod = await findPod(ctx, make.name);
    const ended = pod && containerOf(pod)?.state.terminated;
    if (ended && ended.reason !== 'StartError') return ended.exitCode;
    const wrong = pod && whyNever(pod);
    if (wrong)
      throw ctx.fail({ kind: wrong.kind, service: make.service.name, message: `${pod.metadata.name} ${wrong.what}` });
    if (!pod && Date.now() - began > NO_POD_MS) throw await noPod(ctx, make);
    if (Date.now() - began >= within) return undefined;
    ctx.watch.onProgress?.(
      `${make.name}: ${pod ? `its pod is ${pod.status?.phase} on ${nameNode(pod)}` : 'no pod yet'}`,
    );
    await pause(EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

async function noPod(ctx: KubernetesContext, { name, service }: Make): Promise<Error> {
  const job = await ctx.space.get<JobObject>('Job', name);
  const said = job?.status?.conditions?.find(({ message }) => message)?.message;
  return transient({
    kind: 'no-pod',
    host: ctx.host,
    service: service.name,
    message: `${name} has no pod${said ? `: "${said}"` : ', so nobody knows whether it ran'}. Look at it: kubectl describe job ${name}. To run it again, delete it`,
  });
}
