import type { Command } from 'commander';
import type { LedgerEntry } from '../../src/model/ledger';
import { type Answer, does, examples } from '../deliver';
import { parseCount } from '../local/count';
import { table } from '../print/table';
import { dateTime } from '../print/time';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withProject(command)
    .argument('[environment]', 'only what concerns this one')
    .option('--limit <n>', 'how many of the newest entries', parseCount, 20)
    .addHelpText('after', examples('windlass history production --limit 50'));
  does(command, history);
}

async function history(environment: string | undefined, options: ProjectOptions & { limit: number }): Promise<Answer> {
  const project = await readProject(options);
  if (environment) requireEnvironment(project, environment);
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  const { findRegistry } = await import('../temporal/registry');
  const { app } = project;
  return withTemporal(async (temporal) => {
    const registry = await findRegistry(temporal, project);
    const entries = await inspect(temporal, 'ledger', { app, environment, limit: options.limit, registry });
    return { json: entries, lines: historyLines(entries) };
  });
}

export function historyLines(entries: LedgerEntry[]): string[] {
  if (entries.length === 0) return ['Nothing is recorded yet.'];
  return table(['time', 'environment', 'release', 'by', 'what', 'reason'], entries.map(row));
}

const row = ({ at, environment, release, by, what, reason, kind, undone }: LedgerEntry): string[] => [
  dateTime(at),
  environment ?? '',
  release ?? '',
  by,
  [`${kind}: ${what}`, undone && undone.length > 0 ? `(${undone.length} steps undone)` : ''].join(' ').trim(),
  reason ?? '',
];
