import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { who, withWho } from '../local/who';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<environment>', 'the environment in which nothing is to change')
    .requiredOption('--reason <text>', 'why; whoever waits is shown it')
    .addHelpText('after', examples("windlass freeze production --reason 'the sale runs until Monday'"));
  does(command, freeze);
}

async function freeze(environment: string, options: ProjectOptions & { reason: string }): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { sendFreeze } = await import('../temporal/environment');
  return withTemporal(async (temporal) => {
    const said = await sendFreeze(temporal, project.app, environment, by, options.reason);
    return { json: { app: project.app, environment, frozen: true, by, reason: options.reason, said }, lines: [said] };
  });
}
