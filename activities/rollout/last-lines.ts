import type { EnvironmentRecord } from '../../src/manifest/record';
import { redactSaid } from '../redact';
import type { RolloutContext } from './context';

const LINES = 30;
/** Enough for that many lines as people write them. */
const BYTES = 16 * 1024;

/** The last lines that a container said, without the environment's secrets; none when it is gone. */
export async function readLastLines(
  ctx: RolloutContext,
  { secrets }: EnvironmentRecord,
  name: string,
): Promise<string[]> {
  if (!(await ctx.engine.inspectContainer(name))) return [];
  const text = redactSaid(await ctx.engine.logs(name, BYTES), await ctx.secrets.known(secrets)).trimEnd();
  return text === '' ? [] : text.split('\n').slice(-LINES);
}
