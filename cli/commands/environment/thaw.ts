import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the frozen environment')
    .option('--reason <text>', 'why; recorded in the ledger', '')
    .addHelpText('after', examples('windlass thaw production'));
  action(command, thaw);
}

async function thaw(
  environment: string,
  options: ProjectOptions & SignOptions & { reason: string },
): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../../client');
  const { sendThaw } = await import('../../temporal/environment');
  return withTemporal(async (temporal) => {
    const { app } = project;
    const { reason } = options;
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const signed = await sign({ app, environment, decision: 'thaw', reason }, AN_HOUR);
    const said = await sendThaw(temporal, app, environment, { by, reason, ...(signed && { signed }) });
    return { json: { app, environment, frozen: false, by, said }, lines: [said] };
  });
}
