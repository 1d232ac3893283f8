import type { Command } from 'commander';
import type { Planned } from '../../activities/types';
import { confirm } from '../confirm';
import { type Answer, does, examples } from '../deliver';
import { EXIT } from '../exit';
import { describeFailure } from '../../src/model/failure';
import { projectName } from '../../src/model/names';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import { painted } from '../print/painted';
import { planLines } from '../print/plan';
import { type Project, type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

interface Options extends ProjectOptions {
  start?: boolean;
  yes?: boolean;
  reason: string;
}

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<environment>', 'the environment that is to run by docker compose again')
    .option('--start', 'start what docker compose ran before windlass again, which was kept')
    .option('--reason <text>', 'why; it is kept in the ledger', 'no reason was given')
    .option('--yes', 'do it without asking')
    .addHelpText(
      'after',
      examples('windlass eject production', 'windlass eject production --start --yes') +
        '\n\nWhat windlass runs for the environment is stopped and removed. What docker compose made, and every volume, stays. ' +
        'It shows the plan, asks, and then prints the command that takes over.',
    );
  does(command, eject);
}

async function eject(environment: string, options: Options): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal(async (temporal) => {
    const startComposed = options.start ?? false;
    const planned = await inspect(temporal, 'eject', { app, environment, startComposed });
    if ('refused' in planned)
      return { json: planned, lines: [`No plan: ${describeFailure(planned.refused)}`], exit: EXIT.input };
    note(...painted(planLines(planned.plan)));
    if (!options.yes && !(await confirm(`Leave windlass on ${environment}?`, 'Do it without being asked: --yes')))
      return { json: { ejected: false }, lines: ['Nothing was changed.'], exit: EXIT.input };
    const { carryOutEject } = await import('../temporal/carry-out-eject');
    const input = { app, environment, startComposed, by, reason: options.reason, approved: approvalOf(planned) };
    return carryOutEject(temporal, input, takeOverLines(project, environment, startComposed), options.json);
  });
}

/** What was shown is what is done: another plan is handed back. */
const approvalOf = ({ plan, hash }: Exclude<Planned, { refused: unknown }>) => ({
  hash,
  before: plan.before,
  changes: plan.changes,
});

/** How docker compose takes over, in the folder of the compose file. */
function takeOverLines(project: Project, environment: string, isStarted: boolean): string[] {
  const { app, compose = [], projects = {} } = project;
  const files = compose.flatMap((file) => ['-f', file]);
  const name = projects[environment] ?? projectName(app, environment);
  const up = ['docker', 'compose', '-p', name, ...files, 'up', '-d'].join(' ');
  return [
    isStarted
      ? 'What docker compose ran before runs again. To bring it to what the compose file says now:'
      : 'Nothing of it runs now but what docker compose made. It takes over, with the data, by:',
    `  ${up}`,
    `on the host, where the repository is, with the variables and secrets of ${environment} in its environment.`,
  ];
}
