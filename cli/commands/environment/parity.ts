import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { parityLines } from '../../print/comparison';
import { painted } from '../../print/terminal/painted';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'an environment, such as staging')
    .argument('<other>', 'another one, such as production')
    .addHelpText(
      'after',
      examples('windlass parity staging production') +
        '\n\nA difference is declared when windlass.yaml contains it. Others come from different releases, or from changes made on a host.',
    );
  action(command, parity);
}

async function parity(environment: string, other: string, options: ProjectOptions): Promise<CommandResult> {
  const project = await readProject(options);
  for (const name of [environment, other]) requireEnvironment(project, name);
  if (environment === other)
    throw new UserError(`${environment}: cannot be compared with itself. Name two environments.`);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'parity', { app: project.app, environment, other });
    return { json: found, lines: painted(parityLines(found)) };
  });
}
