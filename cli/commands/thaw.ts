import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { who, withWho } from '../local/who';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withWho(withProject(command))
    .argument('<environment>', 'the environment that was frozen')
    .option('--reason <text>', 'why; it is kept in the ledger', '')
    .addHelpText('after', examples('windlass thaw production'));
  does(command, thaw);
}

async function thaw(environment: string, options: ProjectOptions & { reason: string }): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const by = await who(options);
  const { withTemporal } = await import('../client');
  const { sendThaw } = await import('../temporal/environment');
  return withTemporal(async (temporal) => {
    const said = await sendThaw(temporal, project.app, environment, by, options.reason);
    return { json: { app: project.app, environment, frozen: false, by, said }, lines: [said] };
  });
}
