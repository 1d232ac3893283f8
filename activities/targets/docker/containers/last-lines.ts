import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import type { DockerContext } from '../context';
import { bothEnds } from '../../../engines/both-ends';
import { readOutput } from './output';

/** The first and the last lines that a container said, without the environment's secrets; none when it is gone. */
export async function readLastLines(
  ctx: DockerContext,
  environment: EnvironmentRecord,
  name: string,
): Promise<string[]> {
  const text = (await readOutput(ctx, environment, name)).trimEnd();
  return text === '' ? [] : bothEnds(text.split('\n'));
}
