import type { Command } from 'commander';
import type { Committed, EnvironmentState } from '../../../src/model/environment/environment';
import { earlierReleases, findRollbackTarget } from '../../../src/model/environment/rollback';
import { detailOfRequest, recordIn } from '../../../src/model/approval/statement-parts';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { ACCEPT_EMPTY } from '../../local/accept-empty';
import { table } from '../../print/terminal/table';
import { ago, dateTime } from '../../print/terminal/time';
import { note } from '../../print/terminal/output';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

interface Options extends ProjectOptions, SignOptions {
  list?: boolean;
  reason?: string;
  acceptEmpty: string[];
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the environment to roll back')
    .argument(
      '[release]',
      'the release to return to (default: the one before the latest, even if that one is still rolling out)',
    )
    .option('--list', 'list the releases it can return to')
    .option('--reason <text>', 'why; recorded in the ledger', '')
    .option(...ACCEPT_EMPTY)
    .addHelpText(
      'after',
      examples(
        'windlass rollback production',
        "windlass rollback production 3f2a91c0de --reason 'prices are wrong'",
        'windlass rollback production --list',
      ) + "\n\nRestores the recorded images and configuration, not today's. Jumps the queue.",
    );
  action(command, rollback);
}

async function rollback(environment: string, release: string | undefined, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const { withTemporal } = await import('../../client');
  const { readEnvironment } = await import('../../temporal/environment');
  return withTemporal(async (temporal) => {
    const state = await readEnvironment(temporal, app, environment);
    if (options.list) return { json: state?.committed ?? [], lines: listLines(state, Date.now()) };
    const target = findTarget(state, `${app} ${environment}`, release);
    note(...announce(environment, state, target, Date.now()));
    const { carryOutRollback } = await import('../../temporal/carry-out/rollback');
    const { acceptEmpty, reason: given } = options;
    const { release: to, record } = target;
    const reason = given || 'no reason given';
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const about = { app, environment, release: to, record: recordIn(record), detail: detailOfRequest({ acceptEmpty }) };
    const signed = await sign({ ...about, decision: 'rollback', reason }, AN_HOUR);
    const more = { ...(acceptEmpty.length > 0 && { acceptEmpty }), ...(signed && { signed }) };
    const input = { app, environment, release: to, by, reason, ...more };
    return carryOutRollback(temporal, input, options.json);
  });
}

/** The release to return to; see `findRollbackTarget`. */
export function findTarget(state: EnvironmentState | undefined, place: string, release: string | undefined): Committed {
  const target = findRollbackTarget(state, release);
  if (target) return target;
  const earlier = earlierReleases(state);
  if (earlier.length === 0) throw new UserError(`${place}: has no earlier release to return to.`);
  const known = earlier.map((one) => one.release).join(', ');
  throw new UserError(
    `${place}: cannot return to ${release}. Expected one of ${known}.`,
    undefined,
    'To list them: windlass rollback ENVIRONMENT --list',
  );
}

function announce(environment: string, state: EnvironmentState | undefined, target: Committed, now: number): string[] {
  const from = state?.running?.record ?? state?.current;
  return [
    `${environment} returns from ${from?.release ?? 'nothing'} to ${target.release},`,
    `released ${ago(target.at, now)} (${dateTime(target.at)}) by ${target.by}.`,
  ];
}

export function listLines(state: EnvironmentState | undefined, now: number): string[] {
  if (!state || state.committed.length === 0) return ['Nothing has been released here yet.'];
  const rows = state.committed.map((one) => [
    one.release,
    dateTime(one.at),
    ago(one.at, now),
    one.by,
    one.release === state.current?.release ? 'current' : '',
  ]);
  return table(['release', 'committed', 'age', 'by', ''], rows);
}
