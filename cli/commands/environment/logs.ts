import type { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../../src/model/inspection';
import type { Temporal } from '../../client';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { print } from '../../print/terminal/output';
import { clean } from '../../print/terminal/text';
import { type Project, type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

interface Options extends ProjectOptions {
  release?: string;
  follow?: boolean;
}

export function define(command: Command): void {
  withProject(command)
    .argument('[environment]', 'the environment it runs in (with --release: all)')
    .argument('[service]', 'the service (default: all released services)')
    .option('--release <id>', 'the logs of this release, with those of removed containers')
    .option('-f, --follow', 'print new lines as they come; Ctrl-C ends it')
    .addHelpText(
      'after',
      examples(
        'windlass logs production api',
        'windlass logs -f production api',
        'windlass logs --release 3f2a91c0de',
      ) +
        '\n\nPrints the last 64 KB of each instance. The worker keeps the end of the log of a container that it removes.',
    );
  action(command, logs);
}

async function logs(
  environment: string | undefined,
  service: string | undefined,
  options: Options,
): Promise<CommandResult> {
  const project = await readProject(options);
  if (environment === undefined && options.release === undefined)
    throw new UserError(
      'Whose logs?',
      undefined,
      `windlass logs ${project.environments?.at(-1) ?? 'ENVIRONMENT'} SERVICE, or windlass logs --release ID`,
    );
  if (environment !== undefined) requireEnvironment(project, environment);
  const places = environment === undefined ? (project.environments ?? []) : [environment];
  const { withTemporal } = await import('../../client');
  return withTemporal(async (temporal) => {
    const ask = () => read(temporal, project, places, service, options.release);
    const found = await ask();
    if (options.follow && !options.json) return follow(found, ask);
    const who = service ?? 'the released services';
    return {
      json: found,
      lines:
        found.length === 0
          ? [`No log of ${who} ${options.release ? `in release ${options.release}` : `in ${places.join()}`}.`]
          : found.flatMap(logLines),
    };
  });
}

async function read(
  temporal: Temporal,
  { app, registry }: Project,
  environments: string[],
  service: string | undefined,
  release: string | undefined,
): Promise<Log[]> {
  const { inspect } = await import('../../temporal/inspection');
  const asks = environments.map((environment) =>
    inspect(temporal, 'logs', { app, environment, service, ...(release !== undefined && { release, registry }) }),
  );
  return (await Promise.all(asks)).flat();
}

const EVERY_MS = 2_000;

/** Prints what is new each time; never ends by itself. */
async function follow(found: Log[], ask: () => Promise<Log[]>): Promise<never> {
  print(found.flatMap(logLines));
  const seen = new Map(found.map(({ host, container, text }) => [`${host} ${container}`, text]));
  for (;;) {
    await pause(EVERY_MS);
    for (const log of await ask()) {
      const key = `${log.host} ${log.container}`;
      const text = newPart(seen.get(key) ?? '', log.text);
      seen.set(key, log.text);
      if (text.trim()) print(seen.size > 1 ? logLines({ ...log, text }) : linesOf(text));
    }
  }
}

/** How much of the end of a text is looked for in the next one. */
const ANCHOR = 200;

/** What a text has more than the one before it, of which it may have lost the beginning. */
export function newPart(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const anchor = before.slice(-ANCHOR);
  const at = now.lastIndexOf(anchor);
  return at < 0 ? now : now.slice(at + anchor.length);
}

const linesOf = (text: string) => text.trimEnd().split('\n').map(clean);

/** One container's lines, under its name where there are several. */
export const logLines = ({ host, container, text }: Log): string[] => [`==> ${container} on ${host}`, ...linesOf(text)];
