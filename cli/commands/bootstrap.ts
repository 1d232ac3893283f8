import type { Command } from 'commander';
import type { BootstrapStep } from '../../activities/types';
import { releaseName, type ReleaseRequest } from '../../src/model/release';
import { confirm } from '../confirm';
import { type Answer, does, examples } from '../deliver';
import { Told } from '../errors';
import { findSource, type SourceOptions, withSource } from '../local/source';
import { who, withWho } from '../local/who';
import { note } from '../print/output';
import { table } from '../print/table';
import { type ProjectOptions, readProject, requireEnvironment, withProject } from '../project';

interface Options extends ProjectOptions, SourceOptions {
  host?: string;
  yes?: boolean;
}

export function define(command: Command): void {
  withWho(withSource(withProject(command)))
    .argument('<environment>', 'whose hosts')
    .option('--host <name>', 'only this host')
    .option('--yes', 'without being asked')
    .addHelpText(
      'after',
      examples('windlass bootstrap production', 'windlass bootstrap production --host web-1 --yes') +
        '\n\nThe first release starts the proxy by itself. This starts it before, or replaces one that was made with other' +
        '\nsettings than the worker has now (image, ports, HTTPS), one host after the other, and says beforehand what that costs.',
    );
  does(command, bootstrap);
}

async function bootstrap(environment: string, options: Options): Promise<Answer> {
  const project = await readProject(options);
  requireEnvironment(project, environment);
  const { app } = project;
  const { source, notes } = await findSource(options, options.file);
  if (notes.length > 0) note(...notes);
  const by = await who(options);
  const request: ReleaseRequest = { app, release: releaseName(source.commit), source, startedBy: by };
  const { withTemporal } = await import('../client');
  const { inspect } = await import('../temporal/inspection');
  const { carryOutBootstrap } = await import('../temporal/bootstrap');
  return withTemporal(async (temporal) => {
    const steps = await inspect(temporal, 'bootstrap', { request, environment, host: options.host });
    note(
      ...table(
        ['host', 'does', 'what'],
        steps.map(({ host, does: deed, what }) => [host.name, deed, what]),
      ),
    );
    if (steps.every(({ does: deed }) => deed === 'none'))
      return { json: { steps, done: [] }, lines: ['Nothing to do.'] };
    await requireConsent(steps, options);
    const done = await carryOutBootstrap(temporal, { app, environment, steps, by });
    return { json: { steps, done }, lines: done };
  });
}

/** To start one where nobody is served costs nothing, so nobody is asked. */
async function requireConsent(steps: BootstrapStep[], { yes }: Options): Promise<void> {
  if (yes || steps.every(({ does: deed }) => deed !== 'replace')) return;
  if (await confirm('Replace them, one host after the other?', 'To replace them without being asked: --yes')) return;
  throw new Told('Nothing was replaced.');
}
