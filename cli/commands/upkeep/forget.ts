import type { Command } from 'commander';
import { detailOfRequest, ofRecord } from '../../../src/model/approval/statement-parts';
import { type CommandResult, action, examples } from '../../deliver';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

interface Options extends ProjectOptions, SignOptions {
  reason: string;
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .argument('<environment>', 'the environment that still has it')
    .argument('<service>', 'an accessory that no release contains any more')
    .option('--reason <text>', 'why; recorded in the ledger', 'no reason given')
    .addHelpText(
      'after',
      examples('windlass forget production db') +
        '\n\nStops and removes its container. Its volumes and folders stay until you remove them. windlass status lists what can be forgotten.',
    );
  action(command, forget);
}

async function forget(environment: string, service: string, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { withTemporal } = await import('../../client');
  const { carryOutForget } = await import('../../temporal/carry-out/forget');
  const { readEnvironment } = await import('../../temporal/environment');
  const { app } = project;
  const { reason } = options;
  return withTemporal(async (temporal) => {
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const { current } = (await readEnvironment(temporal, app, environment)) ?? {};
    const about = { app, environment, ...ofRecord(current?.record), detail: detailOfRequest({ forget: service }) };
    const signed = await sign({ ...about, decision: 'forget', reason }, AN_HOUR);
    const input = { app, environment, service, by, reason, ...(signed && { signed }) };
    return carryOutForget(temporal, input, options.json);
  });
}
