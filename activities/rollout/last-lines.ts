import type { EnvironmentRecord } from '../../src/manifest/record';
import { readLabels } from '../../src/model/names';
import { readHashes, redactLog } from '../secret-hashes';
import type { RolloutContext } from './context';

const LINES = 30;
/** Enough for that many lines as people write them. */
const BYTES = 16 * 1024;

/** The last lines that a container said, without the environment's secrets; none when it is gone. */
export async function readLastLines(
  ctx: RolloutContext,
  { secrets: sources }: EnvironmentRecord,
  name: string,
): Promise<string[]> {
  const found = await ctx.engine.inspectContainer(name);
  if (!found) return [];
  const { settings, place, secrets: reader, engine } = ctx;
  const made = readHashes(readLabels(place.installation, found.labels)?.secrets);
  const log = await engine.logs(name, BYTES);
  const text = (await redactLog(log, settings, place, { made, sources, reader })).trimEnd();
  return text === '' ? [] : text.split('\n').slice(-LINES);
}
