import type { Command } from 'commander';
import { type CommandResult, action, examples } from '../../deliver';
import { note } from '../../print/terminal/output';
import { type ProjectOptions, readProject, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

interface Options extends ProjectOptions, SignOptions {
  reason: string;
  wait: boolean;
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<release>', 'a release in progress')
    .requiredOption('--reason <text>', 'why; recorded in the ledger')
    .option('--no-wait', 'do not wait until everything is undone')
    .addHelpText('after', examples("windlass cancel 3f2a91c0de --reason 'the wrong branch'"));
  action(command, cancel);
}

async function cancel(release: string, options: Options): Promise<CommandResult> {
  const { app } = await readProject(options);
  const { withTemporal } = await import('../../client');
  const { sendCancel, releaseHandle } = await import('../../temporal/release');
  const { follow } = await import('../../temporal/carry-out/release');
  return withTemporal(async (temporal) => {
    const { reason } = options;
    const { by, sign } = await signerFor(temporal, { app }, options);
    const signed = await sign({ app, release, decision: 'cancel', reason }, AN_HOUR);
    const said = await sendCancel(temporal, app, release, { by, reason, ...(signed && { signed }) });
    if (!options.wait) return { json: { app, release, said }, lines: [said] };
    note(said);
    return follow(
      temporal,
      { release, app, handle: await releaseHandle(temporal, app, release) },
      { until: 'done', json: options.json },
    );
  });
}
