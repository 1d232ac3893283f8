import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { wordsOfCause } from '../../../../src/model/failure';
import { readLabels } from '../../../../src/model/names';
import { keepLog } from '../../../saved-logs';
import { readHashes, redactLog } from '../../../secrets/secret-hashes';
import type { DockerContext } from '../context';

/** In bytes, of one container. */
const KEPT = 256 * 1024;

/** The end of what a container said, without the environment's secrets; empty when it is gone. */
export async function readOutput(
  ctx: DockerContext,
  { secrets: sources }: EnvironmentRecord,
  name: string,
  bytes = KEPT,
): Promise<string> {
  const found = await ctx.engine.inspectContainer(name);
  if (!found) return '';
  const { settings, place, secrets: reader, engine } = ctx;
  const made = readHashes(readLabels(place.installation, found.labels)?.secrets);
  return await redactLog(await engine.logs(name, bytes), settings, place, { made, sources, reader });
}

/** Before a container is taken away: what it said is kept for `windlass logs --release`. One whose secrets nobody knows says nothing. */
export async function saveOutput(ctx: DockerContext, release: string, container: string): Promise<void> {
  try {
    const environment = await ctx.findEnvironment(release);
    const text = environment ? await readOutput(ctx, environment, container) : '';
    if (text) await keepLog(ctx.settings, ctx.place, { release, host: ctx.host, container, text });
  } catch (error) {
    if (ctx.watch.signal?.aborted) throw error;
    ctx.watch.onProgress?.(`what ${container} said is not kept: ${wordsOfCause(error)}`);
  }
}
