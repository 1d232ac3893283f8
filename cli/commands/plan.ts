import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { EXIT } from '../exit';
import { describeFailure } from '../../src/model/failure';
import { painted } from '../print/painted';
import { planLines } from '../print/plan';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'where it would go')
    .argument('<release>', 'a release that has been built')
    .addHelpText(
      'after',
      examples('windlass plan production 3f2a91c0de') + '\n\nIt looks at the hosts, and changes nothing.',
    );
  does(command, plan);
}

async function plan(environment: string, release: string, options: ProjectOptions): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal(async (temporal) => {
    const planned = await inspect(temporal, 'plan', {
      app: project.app,
      environment,
      release,
      registry: project.registry,
    });
    if ('refused' in planned)
      return { json: planned, lines: [`No plan: ${describeFailure(planned.refused)}`], exit: EXIT.input };
    return {
      json: planned,
      lines: [`Plan ${planned.hash} for ${project.app} ${environment}`, ...painted(planLines(planned.plan))],
    };
  });
}
