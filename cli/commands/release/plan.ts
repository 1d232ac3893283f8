import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { describeFailure } from '../../../src/model/failure';
import { releaseName } from '../../../src/model/release';
import { namedRelease } from '../../local/named-release';
import { findSource } from '../../local/source';
import { painted } from '../../print/terminal/painted';
import { planLines } from '../../print/plan';
import { shortHash } from '../../../src/model/approval/plan-hash';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'the environment to plan for')
    .argument('[release]', "a built release (default: HEAD's)")
    .addHelpText(
      'after',
      examples('windlass plan staging', 'windlass plan production 3f2a91c0de') +
        '\n\nReads the hosts and changes nothing.',
    );
  action(command, plan);
}

async function plan(environment: string, named: string | undefined, options: ProjectOptions): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const release = named
    ? await namedRelease(named, options.file)
    : releaseName((await findSource({}, options.file)).source.commit);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
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
      lines: [`Plan ${shortHash(planned.hash)} for ${project.app} ${environment}`, ...painted(planLines(planned.plan))],
    };
  });
}
