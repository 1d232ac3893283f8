import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { wordsOfCause } from '../../../../src/model/failure';
import { readLabels } from '../../../../src/model/names';
import type { ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import { keepLog } from '../../../saved-logs';
import { readHashes, redactLog } from '../../../secrets/secret-hashes';
import { bothEnds } from '../../../engines/both-ends';
import type { SwarmContext } from '../context';

/** In bytes, of one task. */
const KEPT = 256 * 1024;

/** What a task said, without the environment's secrets; empty where its node is lost or its container gone. */
export async function readSaid(
  ctx: SwarmContext,
  { secrets: sources }: EnvironmentRecord,
  set: ServiceState,
  task: TaskState,
  bytes = KEPT,
): Promise<string> {
  const { settings, place, secrets: reader, swarm } = ctx;
  const made = readHashes(readLabels(place.installation, set.labels)?.secrets);
  const text = task.container ? await swarm.taskLogs(task.id, bytes).catch(() => '') : '';
  return await redactLog(text, settings, place, { made, sources, reader });
}

export async function readLastLines(
  ctx: SwarmContext,
  environment: EnvironmentRecord,
  set: ServiceState,
  task: TaskState,
): Promise<string[]> {
  const text = (await readSaid(ctx, environment, set, task)).trimEnd();
  return text === '' ? [] : bothEnds(text.split('\n'));
}

/** Before a set is taken away: what its tasks said is kept for `windlass logs --release`. */
export async function keepSaid(ctx: SwarmContext, release: string, set: ServiceState): Promise<void> {
  try {
    const environment = await ctx.findEnvironment(release);
    if (!environment) return;
    for (const task of await ctx.swarm.listTasks([set.id])) {
      const text = await readSaid(ctx, environment, set, task);
      const container = `${set.name}.${task.slot}`;
      if (text) await keepLog(ctx.settings, ctx.place, { release, host: ctx.host, container, text });
    }
  } catch (error) {
    if (ctx.watch.signal?.aborted) throw error;
    ctx.watch.onProgress?.(`what ${set.name} said is not kept: ${wordsOfCause(error)}`);
  }
}
