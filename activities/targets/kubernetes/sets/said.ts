import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { wordsOfCause } from '../../../../src/model/failure';
import { readLabels } from '../../../../src/model/names';
import type { KubernetesObject } from '../../../drivers/kubernetes/cluster';
import { bothEnds } from '../../../engines/both-ends';
import { keepLog } from '../../../saved-logs';
import { readHashes, redactLog } from '../../../secrets/secret-hashes';
import type { KubernetesContext } from '../context';
import { containerOf, type PodObject, wordsOn } from '../objects';
import type { Make } from './make';
import { podsOf } from './pods';

/** In bytes, of one pod. */
const KEPT = 256 * 1024;

/** What a pod said, without the environment's secrets: before its last restart, where it has started again. Empty where that is gone. */
export async function readSaid(
  ctx: KubernetesContext,
  { secrets: sources }: EnvironmentRecord,
  set: KubernetesObject | undefined,
  pod: PodObject,
  bytes = KEPT,
): Promise<string> {
  const { settings, place, secrets: reader, space } = ctx;
  const made = readHashes(set && readLabels(place.installation, wordsOn(set))?.secrets);
  const name = { namespace: space.namespace, name: pod.metadata.name };
  const previous = containerOf(pod)?.state.running === undefined && (containerOf(pod)?.restartCount ?? 0) > 0;
  const read = (isPrevious: boolean) => space.cluster.logs(name, { bytes, ...(isPrevious && { previous: true }) });
  const text = await read(previous)
    .catch(() => (previous ? read(false) : undefined))
    .catch(() => undefined);
  return await redactLog(text ?? '', settings, place, { made, sources, reader });
}

export async function readLastLines(
  ctx: KubernetesContext,
  make: Pick<Make, 'kind' | 'name' | 'environment'>,
  pod: PodObject | undefined,
): Promise<string[]> {
  if (!pod) return [];
  const set = await ctx.space.get(make.kind, make.name);
  const text = (await readSaid(ctx, make.environment, set, pod)).trimEnd();
  return text === '' ? [] : bothEnds(text.split('\n'));
}

/** Before pods are taken away: what they said is kept for `windlass logs --release`. */
export async function keepSaid(
  ctx: KubernetesContext,
  release: string,
  set: Pick<Make, 'kind' | 'name' | 'selector'>,
): Promise<void> {
  try {
    const environment = await ctx.findEnvironment(release);
    if (!environment) return;
    const found = await ctx.space.get(set.kind, set.name);
    for (const pod of await podsOf(ctx, set)) {
      const text = await readSaid(ctx, environment, found, pod);
      if (text) await keepLog(ctx.settings, ctx.place, { release, host: ctx.host, container: pod.metadata.name, text });
    }
  } catch (error) {
    if (ctx.watch.signal?.aborted) throw error;
    ctx.watch.onProgress?.(`what ${set.name} said is not kept: ${wordsOfCause(error)}`);
  }
}
