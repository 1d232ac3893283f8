import { type ComposeReading, readAllServices, readComposeFiles } from '../drivers/compose';
import type { ComposeInput } from '../drivers/compose/compose-program';
import { reservedKeys } from '../../src/model/text/reserved-keys';
import { checkReach } from './compose/reach';
import type { ComposeService } from '../../src/compose/model';

export interface FilesRead extends ComposeReading {
  /** All of the files, including those of inactive profiles. */
  services: Record<string, ComposeService>;
}

/**
 * Reads compose files after checking everything compose would read for them; with a problem there,
 * compose is not run. Throws `ComposeUnavailable`.
 */
export async function readFiles(input: ComposeInput): Promise<FilesRead> {
  const problems = checkReach(input);
  if (problems.length > 0) return { problems, told: [], absent: [], services: {} };
  const [reading, services] = await Promise.all([readComposeFiles(input), readAllServices(input)]);
  const reserved = reservedKeys(reading.model);
  if (reserved.length > 0) return { problems: reserved, told: [], absent: [], services: {} };
  return { ...reading, services };
}
