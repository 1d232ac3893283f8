import { setTimeout as pause } from 'node:timers/promises';
import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { OperationInputs } from '../../../../src/model/plan';
import { replicasOn, servicesOn } from '../../../../src/model/target';
import { remember, resumeFrom } from '../../../heartbeat';
import type { KubernetesContext } from '../context';
import { containerOf, isReady, type PodObject, type SetObject } from '../objects';
import { askRoutes } from '../sets/ask-routes';
import { type Make, makeSet } from '../sets/make';
import { podsOf } from '../sets/pods';
import { readLastLines } from '../sets/said';
import { type Restarts, restartsOf } from '../sets/wait';
import { describeEnd, describeWaiting, whyNever } from '../sets/why';

const EVERY_MS = 500;
const ASK_EVERY_MS = 1_000;
const TOO_MANY = 3;

interface Watched {
  since: number;
  /** By service: how many are wanted, and how often each pod had restarted. */
  sets: Record<string, { count: number; restarts: Restarts }>;
}

/**
 * Fails as soon as a pod of the release has ended, restarted or is not ready any more, or one is lacking. One that left with its node is
 * made good by the cluster: then it only takes as long as the service has to become healthy.
 */
export async function watchInstances(
  ctx: KubernetesContext,
  { release, forMs, part }: OperationInputs['watchInstances'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const makes = makesOf(ctx, environment, release, part);
  const watched = resumeFrom<Watched>() ?? (await beginWatch(ctx, makes, part));
  remember(watched);
  const lackingSince = new Map<string, number>();
  const asked = new Map<string, { at: number; bad: number; said?: string }>();
  for (;;) {
    let lacking: string | undefined;
    for (const make of makes) {
      const wanted = watched.sets[make.service.name]!;
      const [set, pods] = await Promise.all([ctx.space.get<SetObject>(make.kind, make.name), podsOf(ctx, make)]);
      const wrong = describeChange(set, pods, wanted) ?? (await askOnce(ctx, make, asked));
      if (wrong) throw await unhealthy(ctx, make, watched, pods, wrong);
      if (pods.filter(isReady).length >= wanted.count) lackingSince.delete(make.name);
      else {
        const since = lackingSince.get(make.name) ?? Date.now();
        lackingSince.set(make.name, since);
        lacking = `${make.name}: ${describeWaiting(pods, wanted.count)}`;
        if (Date.now() - since > make.service.healthyWithinMs)
          throw await unhealthy(ctx, make, watched, pods, describeWaiting(pods, wanted.count));
      }
    }
    const left = watched.since + forMs - Date.now();
    if (left <= 0 && !lacking) return;
    ctx.watch.onProgress?.(`${lacking ?? 'all healthy'}, ${Math.max(0, Math.ceil(left / 1_000))} s to go`);
    await pause(left > 0 ? Math.min(EVERY_MS, left) : EVERY_MS, undefined, { signal: ctx.watch.signal });
  }
}

function makesOf(
  ctx: KubernetesContext,
  environment: EnvironmentRecord,
  release: string,
  part: OperationInputs['watchInstances']['part'],
): Make[] {
  return servicesOn(environment, ctx.host)
    .filter(({ kind }) => kind === 'released' || (kind === 'background' && !part))
    .map((service) => makeSet(ctx, environment, service, release));
}

async function beginWatch(
  ctx: KubernetesContext,
  makes: Make[],
  part: OperationInputs['watchInstances']['part'],
): Promise<Watched> {
  const sets = makes.map(async (make) => {
    const count = Math.min(part?.instances?.[make.service.name] ?? Infinity, replicasOn(ctx.target, make.service));
    return [make.service.name, { count, restarts: restartsOf(await podsOf(ctx, make)) }] as const;
  });
  return { since: Date.now(), sets: Object.fromEntries(await Promise.all(sets)) };
}

function describeChange(
  set: SetObject | undefined,
  pods: PodObject[],
  { count, restarts }: Watched['sets'][string],
): string | undefined {
  if (!set) return 'is gone';
  const replicas = set.spec.replicas ?? 1;
  if (replicas < count) return `was scaled down to ${replicas}. Expected ${count}`;
  for (const pod of pods) {
    const before = restarts[pod.metadata.uid!];
    // A pod that leaves by order ends, too.
    if (pod.metadata.deletionTimestamp) continue;
    const wrong = whyNever(pod, before);
    if (wrong) return `: ${pod.metadata.name} ${wrong.what}`;
    if ((containerOf(pod)?.restartCount ?? 0) > (before ?? 0)) return `: ${pod.metadata.name} ${describeEnd(pod)}`;
    if (before !== undefined && !isReady(pod))
      return `: ${pod.metadata.name} is not ready any more: its health command failed, or its port accepts no connections`;
  }
  return undefined;
}

/** A routed service without a health command is watched by requests; a single bad answer does not end the soak. */
async function askOnce(
  ctx: KubernetesContext,
  make: Make,
  asked: Map<string, { at: number; bad: number }>,
): Promise<string | undefined> {
  const last = asked.get(make.name) ?? { at: 0, bad: 0 };
  if (Date.now() - last.at < ASK_EVERY_MS) return undefined;
  const said = await askRoutes(ctx, make);
  const bad = said === undefined ? 0 : last.bad + 1;
  asked.set(make.name, { at: Date.now(), bad });
  return bad >= TOO_MANY ? `gave ${bad} bad answers in a row: ${said}` : undefined;
}

async function unhealthy(ctx: KubernetesContext, make: Make, watched: Watched, pods: PodObject[], wrong: string) {
  const after = `${((Date.now() - watched.since) / 1_000).toFixed(1)} s into the soak`;
  const { restarts } = watched.sets[make.service.name]!;
  const isBad = (pod: PodObject) =>
    (containerOf(pod)?.restartCount ?? 0) > (restarts[pod.metadata.uid!] ?? 0) || !isReady(pod);
  const lastLines = await readLastLines(ctx, make, pods.find(isBad) ?? pods[0]);
  const name = wrong.startsWith(':') ? wrong.slice(2) : `${make.name} ${wrong}`;
  return ctx.fail({ kind: 'unhealthy-in-soak', service: make.service.name, message: `${name}, ${after}`, lastLines });
}
