import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { type ProjectOptions, readProject, withProject } from '../../project';
import { observe } from './status';

export function define(command: Command): void {
  withProject(command)
    .argument('[environment]', 'only this one')
    .addHelpText('after', examples('windlass ps', 'windlass ps production') + '\n\nAs windlass status --observed.');
  action(command, ps);
}

async function ps(environment: string | undefined, options: ProjectOptions): Promise<CommandResult> {
  const project = await readProject(options);
  const { withTemporal } = await import('../../client');
  return withTemporal((temporal) => observe(temporal, project, environment));
}
