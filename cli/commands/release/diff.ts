import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { namedRelease } from '../../local/named-release';
import { comparisonLines } from '../../print/comparison';
import { painted } from '../../print/terminal/painted';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'the environment to compare in')
    .argument('<release>', 'the release to compare with the current one: its name, or a commit as git names it')
    .argument('[other]', 'compare the first release with this one instead')
    .addHelpText(
      'after',
      examples(
        'windlass diff production HEAD',
        'windlass diff production 3f2a91c0de',
        'windlass diff production 0a1b2c3d4e 3f2a91c0de',
      ) + '\n\nShows digests, configuration and which secrets changed; never the value of a secret.',
    );
  action(command, diff);
}

async function diff(
  environment: string,
  release: string,
  other: string | undefined,
  options: ProjectOptions,
): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app, registry } = project;
  const named = await Promise.all(
    [release, ...(other === undefined ? [] : [other])].map((one) => namedRelease(one, options.file)),
  );
  const [before, after] = named.length === 1 ? [undefined, named[0]!] : [named[0], named[1]!];
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'diff', { app, environment, before, after, registry });
    return { json: found, lines: painted(comparisonLines(found)) };
  });
}
