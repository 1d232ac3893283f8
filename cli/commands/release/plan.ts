import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { EXIT } from '../../exit';
import { describeFailure, type Failure } from '../../../src/model/failure';
import { releaseName } from '../../../src/model/release';
import { namedRelease } from '../../local/named-release';
import { findSource } from '../../local/source';
import { painted } from '../../print/terminal/painted';
import { planLines } from '../../print/plan';
import { shortHash } from '../../../src/model/approval/plan-hash';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

interface Options extends ProjectOptions {
  manifests?: boolean;
}

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'the environment to plan for')
    .argument('[release]', "a built release (default: HEAD's)")
    .option(
      '--manifests',
      'print what is applied to the cluster instead, as YAML for kubectl; no secret has its value in it',
    )
    .addHelpText(
      'after',
      examples(
        'windlass plan staging',
        'windlass plan production 3f2a91c0de',
        'windlass plan production --manifests > production.yaml',
      ) + '\n\nReads the hosts and changes nothing.',
    );
  action(command, plan);
}

async function plan(environment: string, named: string | undefined, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const release = named
    ? await namedRelease(named, options.file)
    : releaseName((await findSource({}, options.file)).source.commit);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal(async (temporal) => {
    const asks = { app: project.app, environment, release, registry: project.registry };
    if (options.manifests) {
      const found = await inspect(temporal, 'manifests', asks);
      return 'refused' in found ? refused(found) : { json: found, lines: [found.text.trimEnd()] };
    }
    const planned = await inspect(temporal, 'plan', asks);
    if ('refused' in planned) return refused(planned);
    return {
      json: planned,
      lines: [`Plan ${shortHash(planned.hash)} for ${project.app} ${environment}`, ...painted(planLines(planned.plan))],
    };
  });
}

const refused = (found: { refused: Failure }): CommandResult => ({
  json: found,
  lines: [`No plan: ${describeFailure(found.refused)}`],
  exit: EXIT.input,
});
