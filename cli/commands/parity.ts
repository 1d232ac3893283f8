import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { parityLines } from '../print/comparison';
import { painted } from '../print/painted';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'one environment, as staging')
    .argument('<other>', 'the one that it is compared with, as production')
    .addHelpText(
      'after',
      examples('windlass parity staging production') +
        '\n\nDeclared is what one windlass.yaml says of both. What is not: one is on another release, or a host was changed by other hands.',
    );
  does(command, parity);
}

async function parity(environment: string, other: string, options: ProjectOptions): Promise<Answer> {
  const project = await readProject(options);
  for (const name of [environment, other]) requireEnvironment(project, name);
  if (environment === other) throw new Told(`${environment} is compared with itself. Name two environments.`);
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'parity', { app: project.app, environment, other });
    return { json: found, lines: painted(parityLines(found)) };
  });
}
