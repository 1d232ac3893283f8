import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { comparisonLines } from '../print/comparison';
import { painted } from '../print/painted';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'where they run, or would')
    .argument('<release>', 'the release that is compared with what is current')
    .argument('[other]', 'the release that it is compared with instead: from the first to this one')
    .addHelpText(
      'after',
      examples('windlass diff production 3f2a91c0de', 'windlass diff production 0a1b2c3d4e 3f2a91c0de') +
        '\n\nDigests, configuration, and which secrets changed; the values of secrets are never shown.',
    );
  does(command, diff);
}

async function diff(
  environment: string,
  release: string,
  other: string | undefined,
  options: ProjectOptions,
): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app, registry } = project;
  const [before, after] = other === undefined ? [undefined, release] : [release, other];
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'diff', { app, environment, before, after, registry });
    return { json: found, lines: painted(comparisonLines(found)) };
  });
}
