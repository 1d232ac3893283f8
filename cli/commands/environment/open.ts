import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';

export function define(command: Command): void {
  withProject(command)
    .argument('[environment]', 'which one (default: the last)')
    .addHelpText(
      'after',
      examples('windlass open', 'windlass open staging') + '\n\nWithout a terminal it prints the addresses only.',
    );
  action(command, open);
}

async function open(named: string | undefined, options: ProjectOptions): Promise<CommandResult> {
  const project = await readProject(options);
  const environment = named ?? project.environments?.at(-1);
  if (environment === undefined)
    throw new UserError('Which environment?', undefined, 'Name it: windlass open ENVIRONMENT');
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const urls = await withTemporal(async (temporal) => {
    const found = await inspect(temporal, 'addresses', { app: project.app, environments: [environment] });
    return found.flatMap((one) => one.urls);
  });
  if (urls.length === 0)
    throw new UserError(
      `${environment} of ${project.app} has no address: nothing is released there, or it has no route.`,
    );
  if (process.stdout.isTTY) browse(urls[0]!);
  return { json: urls, lines: urls };
}

/** In the browser of the desktop, where there is one. */
function browse(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(program, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
