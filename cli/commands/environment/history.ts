import type { Command } from 'commander';
import type { LedgerBreak, ToldEntry } from '../../../src/model/ledger/ledger';
import type { Inspections } from '../../../src/model/inspection';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { parseCount } from '../../local/count';
import { table } from '../../print/terminal/table';
import { dateTime } from '../../print/terminal/time';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('[environment]', 'only entries of this environment')
    .option('--limit <n>', 'how many entries, newest first', parseCount, 20)
    .option('--verify', 'check the whole ledger: nothing changed, missing, forged or moved')
    .addHelpText('after', examples('windlass history production --limit 50', 'windlass history --verify'));
  action(command, history);
}

interface Options extends ProjectOptions {
  limit: number;
  verify?: boolean;
}

async function history(environment: string | undefined, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  if (environment) requireEnvironment(project, environment);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const { findRegistry } = await import('../../temporal/registry');
  const { app } = project;
  return withTemporal(async (temporal) => {
    const registry = await findRegistry(temporal, project);
    if (options.verify) {
      const environments = environment ? [environment] : (project.environments ?? []);
      const found = await inspect(temporal, 'verify', { app, environments, registry });
      return { json: found, lines: verifyLines(found), exit: found.breaks.length > 0 ? EXIT.unexpected : EXIT.done };
    }
    const entries = await inspect(temporal, 'ledger', { app, environment, limit: options.limit, registry });
    return { json: entries, lines: historyLines(entries) };
  });
}

/** What of the ledger is proved, and where its chain breaks. */
export function verifyLines(found: Inspections['verify']['finds']): string[] {
  const { entries, unsigned, since, keys, breaks, unreached } = found;
  const before = since ? `written before ${dateTime(since)}, when the chain begins` : 'the chain has not begun';
  return [
    ...(unsigned > 0 ? [`${unsigned} of ${entries} entries are not signed: ${before}.`] : []),
    ...keys.map((key) => `signed by ${key}`),
    ...unreached.map((host) => `${host} was not reached: what it remembers of the ledger was not compared`),
    ...(breaks.length > 0
      ? breakLines(breaks)
      : [`${entries - unsigned} of ${entries} entries are as they were written, and none is missing between them.`]),
  ];
}

/** Where the chain breaks; nothing where it holds. */
export const breakLines = (breaks: LedgerBreak[]): string[] =>
  breaks.length > 0
    ? ['The ledger is not what was written:', ...breaks.map(({ kind, tag, what }) => `  ${kind}: ${tag} ${what}`)]
    : [];

export function historyLines(entries: ToldEntry[]): string[] {
  if (entries.length === 0) return ['The ledger has no entries yet.'];
  const doubts = [...new Set(entries.flatMap(({ doubt }) => doubt ?? []))];
  const advice = `What is marked ${doubts.join(', ')} does not prove itself: do not rely on it. To find out why: windlass history --verify`;
  return [
    ...table(['time', 'environment', 'release', 'by', 'what', 'reason'], entries.map(row)),
    ...(doubts.length > 0 ? [advice] : []),
  ];
}

const row = ({ at, environment, release, by, what, reason, kind, undone, doubt }: ToldEntry): string[] => [
  dateTime(at),
  environment ?? '',
  release ?? '',
  by,
  [doubt?.toUpperCase(), `${kind}: ${what}`, undone && undone.length > 0 ? `(${undone.length} steps undone)` : '']
    .join(' ')
    .trim(),
  reason ?? '',
];
