import type { Command } from 'commander';
import type { BootstrapStep } from '../../../src/model/inspection';
import { releaseName, type ReleaseRequest } from '../../../src/model/release';
import { detailOfBootstrap } from '../../../src/model/approval/statement-parts';
import { confirm } from '../../confirm';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { findSource, type SourceOptions, withSource } from '../../local/source';
import { note } from '../../print/terminal/output';
import { table } from '../../print/terminal/table';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';
import { wordsFor } from '../../../src/model/host/target-words';

interface Options extends ProjectOptions, SourceOptions, SignOptions {
  host?: string;
  yes?: boolean;
}

export function define(command: Command): void {
  withSigner(withSource(withProject(command)))
    .argument('<environment>', 'the environment whose proxies to start')
    .option('--host <name>', 'only this host')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('windlass bootstrap production', 'windlass bootstrap production --host web-1 --yes') +
        '\n\nThe first release starts the proxy. This command starts it earlier, or replaces a proxy whose settings (image,' +
        "\nports, HTTPS) differ from the worker's, one host at a time. It shows the cost before it asks.",
    );
  action(command, bootstrap);
}

async function bootstrap(environment: string, options: Options): Promise<CommandResult> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const { carryOutBootstrap } = await import('../../temporal/bootstrap');
  return withTemporal(async (temporal) => {
    const { by, sign } = await signerFor(temporal, { app, environment }, options);
    const request: ReleaseRequest = { app, release: releaseName(source.commit), source, startedBy: by };
    const steps = await inspect(temporal, 'bootstrap', { request, environment, host: options.host });
    note(
      ...table(
        [wordsFor(steps.map(({ host }) => host.kind)).one, 'does', 'what'],
        steps.map(({ host, does: change, what }) => [host.name, change, what]),
      ),
      ...steps.flatMap(({ manifest }) => manifest?.split('\n') ?? []),
    );
    if (steps.every(({ does: change }) => change === 'none'))
      return { json: { steps, done: [] }, lines: ['Nothing to do.'] };
    await requireConsent(steps, options);
    const about = { app, environment, detail: detailOfBootstrap(steps), reason: '' };
    const signed = await sign({ ...about, decision: 'bootstrap' }, AN_HOUR);
    const done = await carryOutBootstrap(temporal, { app, environment, steps, by, ...(signed && { signed }) });
    return { json: { steps, done }, lines: done };
  });
}

/** Starting a proxy where nothing is served has no cost, so nobody is asked. */
async function requireConsent(steps: BootstrapStep[], { yes }: Options): Promise<void> {
  if (yes || steps.every(({ does: change }) => change !== 'replace')) return;
  const { one } = wordsFor(steps.map(({ host }) => host.kind));
  if (await confirm(`Replace them, one ${one} at a time?`, 'To replace them without a question: --yes')) return;
  throw new UserError('Nothing was replaced.');
}
