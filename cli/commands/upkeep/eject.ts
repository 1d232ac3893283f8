import type { Command } from 'commander';
import type { Planned } from '../../../src/model/inspection';
import { confirm } from '../../confirm';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { describeFailure } from '../../../src/model/failure';
import { projectName } from '../../../src/model/names';
import { detailOfRequest, ofRecord } from '../../../src/model/approval/statement-parts';
import { note } from '../../print/terminal/output';
import { painted } from '../../print/terminal/painted';
import { planLines } from '../../print/plan';
import { type Project, type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

interface Options extends ProjectOptions, SignOptions {
  start?: boolean;
  yes?: boolean;
  reason: string;
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the environment to return to docker compose')
    .option('--start', 'restart the containers docker compose ran before windlass')
    .option('--reason <text>', 'why; recorded in the ledger', 'no reason given')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('windlass eject production', 'windlass eject production --start --yes') +
        '\n\nStops and removes everything windlass runs for the environment. Keeps every volume and whatever docker compose made. ' +
        'Shows the plan, asks, and prints the compose command that takes over.',
    );
  action(command, eject);
}

async function eject(environment: string, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal(async (temporal) => {
    const startComposed = options.start ?? false;
    const planned = await inspect(temporal, 'eject', { app, environment, startComposed });
    if ('refused' in planned)
      return { json: planned, lines: [`No plan: ${describeFailure(planned.refused)}`], exit: EXIT.input };
    note(...painted(planLines(planned.plan)));
    if (!options.yes && !(await confirm(`Leave windlass on ${environment}?`, 'To do it without a question: --yes')))
      return { json: { ejected: false }, lines: ['Nothing was changed.'], exit: EXIT.input };
    const { carryOutEject } = await import('../../temporal/carry-out/eject');
    const { readEnvironment } = await import('../../temporal/environment');
    const { current } = (await readEnvironment(temporal, app, environment)) ?? {};
    const { reason } = options;
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const about = { app, environment, ...ofRecord(current?.record), plan: planned.hash };
    const detail = detailOfRequest({ startComposed });
    const signed = await sign({ ...about, decision: 'eject', detail, reason }, AN_HOUR);
    const who = { by, reason, ...(signed && { signed }) };
    const input = { app, environment, startComposed, ...who, approved: approvalOf(planned) };
    return carryOutEject(temporal, input, takeOverLines(project, environment, startComposed), options.json);
  });
}

/** Carries out only the plan that was shown; refuses another one. */
const approvalOf = ({ plan, hash }: Exclude<Planned, { refused: unknown }>) => ({
  hash,
  before: plan.before,
  changes: plan.changes,
});

/** The commands with which docker compose takes over, in the folder of the compose file. */
function takeOverLines(project: Project, environment: string, isStarted: boolean): string[] {
  const { app, compose = [], projects = {} } = project;
  const files = compose.flatMap((file) => ['-f', file]);
  const name = projects[environment] ?? projectName(app, environment);
  const up = ['docker', 'compose', '-p', name, ...files, 'up', '-d'].join(' ');
  return [
    isStarted
      ? 'The containers docker compose ran before are running again. To update them to the compose file:'
      : 'Only what docker compose made is still running. To start the rest, with its data:',
    `  ${up}`,
    `Run it on the host, in the repository, with ${environment}'s variables and secrets set.`,
  ];
}
