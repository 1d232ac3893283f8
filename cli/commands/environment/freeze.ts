import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the environment to freeze')
    .requiredOption('--reason <text>', 'why; shown to everyone who waits')
    .addHelpText('after', examples("windlass freeze production --reason 'the sale runs until Monday'"));
  action(command, freeze);
}

async function freeze(
  environment: string,
  options: ProjectOptions & SignOptions & { reason: string },
): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../../client');
  const { sendFreeze } = await import('../../temporal/environment');
  return withTemporal(async (temporal) => {
    const { app } = project;
    const { reason } = options;
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const signed = await sign({ app, environment, decision: 'freeze', reason }, AN_HOUR);
    const said = await sendFreeze(temporal, app, environment, { by, reason, ...(signed && { signed }) });
    return { json: { app, environment, frozen: true, by, reason, said }, lines: [said] };
  });
}
