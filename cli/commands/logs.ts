import type { Command } from 'commander';
import { type Answer, does, examples } from '../deliver';
import { clean } from '../print/text';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

export function define(command: Command): void {
  withProject(command)
    .argument('<environment>', 'where it runs')
    .argument('<service>', 'the service')
    .addHelpText(
      'after',
      examples('windlass logs production api') + '\n\nThe last 64 KB of each instance; it does not follow.',
    );
  does(command, logs);
}

async function logs(environment: string, service: string, options: ProjectOptions): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  return withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'logs', { app: project.app, environment, service });
    return {
      json: found,
      lines: found.length === 0 ? [`No instance of ${service} runs in ${environment}.`] : found.flatMap(logLines),
    };
  });
}

/** Which container speaks, where there are several, then its words. */
export const logLines = ({ host, container, text }: { host: string; container: string; text: string }): string[] => [
  `==> ${container} on ${host}`,
  ...text.trimEnd().split('\n').map(clean),
];
