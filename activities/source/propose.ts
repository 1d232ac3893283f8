import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { ComposeModel } from '../../src/compose/model';
import { unescapeDollars } from '../../src/compose/model';
import {
  appNameFrom,
  composeProjectFrom,
  type InitResult,
  type InitService,
  writeManifest,
} from '../../src/manifest/init';
import { describeProblem, type Problem } from '../../src/model/problem';
import { looksSecret, secretReference } from '../../src/model/secret';
import { readComposeFiles } from '../drivers/compose';
import { listTracked } from '../drivers/tracked';
import { findComposeFile } from './compose-files';
import { locatorFor } from './locate';

export interface Proposal {
  app?: string;
  /** Who may approve. */
  approver: string;
  registry?: string;
  /** The compose project that runs in production today. */
  project?: string;
}

/**
 * A first manifest for the compose project in a folder: its text and what could not be decided, or why there is none.
 * Writes nothing. Throws `ComposeUnavailable`.
 */
export async function proposeManifest(
  dir: string,
  command: string[],
  { app = appNameFrom(basename(dir)), approver, registry, project }: Proposal,
): Promise<InitResult | { problems: Problem[] }> {
  const file = findComposeFile(dir);
  if (!file)
    return {
      problems: [{ file: 'docker-compose.yml', message: 'is not there. Run it in the folder of your compose file.' }],
    };
  const tracked = await listTracked(dir);
  const isCommitted = tracked && ((name: string) => tracked.has(name));
  const input = { command, dir, project: `${app}-init`, files: [file], variables: {}, isCommitted };
  const first = await readComposeFiles(input);
  const unset = first.problems.flatMap(({ variable }) => variable ?? []);
  const variables = Object.fromEntries(unset.map((name) => [name, looksSecret(name) ? secretReference(name) : name]));
  const reading = unset.length > 0 ? await readComposeFiles({ ...input, variables }) : first;
  const locate = locatorFor(dir, [file]);
  if (!reading.model) return { problems: reading.problems.map(locate) };
  const { services = {}, secrets = {} } = unescapeDollars(reading.model) as ComposeModel;
  const written = writeManifest({
    app,
    services: services as Record<string, InitService>,
    secrets,
    unset,
    project,
    folderProject: projectOfFolder(dir, file),
    registry,
    approver,
  });
  return {
    text: written.text,
    undecided: [...written.undecided, ...reading.problems.map((finding) => describeProblem(locate(finding)))],
  };
}

/** What `docker compose` calls the project in this folder: what its file says, else the folder's name. */
function projectOfFolder(dir: string, file: string): string {
  const { name } = (parse(readFileSync(join(dir, file), 'utf8'), { logLevel: 'silent' }) ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : composeProjectFrom(basename(dir));
}
