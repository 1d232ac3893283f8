import type { Command } from 'commander';
import type { Committed, EnvironmentState } from '../../src/model/environment';
import { earlierReleases, findRollbackTarget } from '../../src/model/rollback';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { who, withWho } from '../local/who';
import { table } from '../print/table';
import { ago, dateTime } from '../print/time';
import { note } from '../print/output';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

interface Options extends ProjectOptions {
  list?: boolean;
  reason?: string;
}

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<environment>', 'the environment that is to go back')
    .argument(
      '[release]',
      'the release to go back to (default: the one before the last, which may be on its way still)',
    )
    .option('--list', 'only list what it can go back to')
    .option('--reason <text>', 'why; it is kept in the ledger', '')
    .addHelpText(
      'after',
      examples(
        'windlass rollback production',
        "windlass rollback production 3f2a91c0de --reason 'prices are wrong'",
        'windlass rollback production --list',
      ) +
        '\n\nThe recorded images and configuration come back, not what is configured today. It goes before everything that waits.',
    );
  does(command, rollback);
}

async function rollback(environment: string, release: string | undefined, options: Options): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { readEnvironment } = await import('../temporal/environment');
  return withTemporal(async (temporal) => {
    const state = await readEnvironment(temporal, app, environment);
    if (options.list) return { json: state?.committed ?? [], lines: listLines(state, Date.now()) };
    const target = findTarget(state, `${app} ${environment}`, release);
    note(...announce(environment, state, target, Date.now()));
    const { carryOutRollback } = await import('../temporal/carry-out-rollback');
    const input = { app, environment, release: target.release, by, reason: options.reason || 'no reason was given' };
    return carryOutRollback(temporal, input, options.json);
  });
}

/** What is gone back to; see `findRollbackTarget`. */
export function findTarget(state: EnvironmentState | undefined, place: string, release: string | undefined): Committed {
  const target = findRollbackTarget(state, release);
  if (target) return target;
  const earlier = earlierReleases(state);
  if (earlier.length === 0) throw new Told(`${place} has no earlier release to go back to.`);
  const known = earlier.map((one) => one.release).join(', ');
  throw new Told(
    `${place} cannot go back to ${release}. Expected one of ${known}.`,
    undefined,
    'See them: windlass rollback ENVIRONMENT --list',
  );
}

function announce(environment: string, state: EnvironmentState | undefined, target: Committed, now: number): string[] {
  const from = state?.running?.record ?? state?.current;
  return [
    `${environment} goes from ${from?.release ?? 'nothing'} back to ${target.release},`,
    `which came there ${ago(target.at, now)} (${dateTime(target.at)}), started by ${target.by}.`,
  ];
}

export function listLines(state: EnvironmentState | undefined, now: number): string[] {
  if (!state || state.committed.length === 0) return ['Nothing was released here yet.'];
  const rows = state.committed.map((one) => [
    one.release,
    dateTime(one.at),
    ago(one.at, now),
    one.by,
    one.release === state.current?.release ? 'current' : '',
  ]);
  return table(['release', 'committed', 'age', 'by', ''], rows);
}
