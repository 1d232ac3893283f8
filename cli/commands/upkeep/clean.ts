import type { Command } from 'commander';
import type { Spare } from '../../../src/model/ledger/cleaning';
import { detailOfCleaning } from '../../../src/model/approval/statement-parts';
import { confirm } from '../../confirm';
import { type CommandResult, action, examples } from '../../deliver';
import { UserError } from '../../errors';
import { parseCount } from '../../local/count';
import { note } from '../../print/terminal/output';
import { type ProjectOptions, readProject, withProject } from '../../project';
import { AN_HOUR, signerFor, type SignOptions, withSigner } from '../../signing/signer';

interface Options extends ProjectOptions, SignOptions {
  registry?: boolean;
  keep: number;
  ledger: number;
  yes?: boolean;
}

export function define(command: Command): void {
  withSigner(withProject(command))
    .option('--registry', 'records and images of releases, and old entries of the ledger')
    .option('--keep <n>', 'so many of the newest releases stay, whatever became of them', parseCount, 20)
    .option('--ledger <n>', 'so many of the newest entries of the ledger stay', parseCount, 10_000)
    .option('--yes', 'without being asked')
    .addHelpText(
      'after',
      examples('windlass clean --registry', 'windlass clean --registry --keep 50 --yes') +
        '\n\nIt says what it would remove, and asks. What any environment is on, is on its way to or may go back to stays. The' +
        '\nregistry frees the space itself, when its own garbage collection runs next.',
    );
  action(command, clean);
}

async function clean(options: Options): Promise<CommandResult> {
  if (!options.registry) throw new UserError('What is to be cleaned?', undefined, 'Say it: windlass clean --registry');
  const { keep, ledger } = options;
  const project = await readProject(options);
  const { app } = project;
  const { withTemporal } = await import('../../client');
  const { inspect } = await import('../../temporal/inspection');
  const { findRegistry } = await import('../../temporal/registry');
  const { carryOutCleaning } = await import('../../temporal/cleaning');
  return withTemporal(async (temporal) => {
    const { by, sign } = await signerFor(temporal, { app }, options);
    const registry = await findRegistry(temporal, project);
    const found = await inspect(temporal, 'clean', { app, registry, keep, ledger });
    note(...spareLines(found));
    if (found.manifests.length + found.entries.count === 0) return { json: found, lines: ['Nothing to remove.'] };
    await requireConsent(options);
    const detail = detailOfCleaning({ keep, ledger, registry });
    const signed = await sign({ app, decision: 'clean', detail, reason: '' }, AN_HOUR);
    const request = { app, registry, keep, ledger, by, ...(signed && { signed }) };
    const gone = await carryOutCleaning(temporal, request);
    return { json: gone, lines: [`Removed: ${amounts(gone)}.`] };
  });
}

/** What would go, and what stays though it is old. */
export function spareLines(found: Spare): string[] {
  const { releases, kept } = found;
  const old = kept.filter(({ why }) => !why.startsWith('it is one of the newest'));
  return [
    `To be removed: ${amounts(found)}`,
    ...releases.map((release) => `  ${release}`),
    ...(found.entries.broken
      ? ['No entry of the ledger goes, because it is not what was written. See: windlass history --verify']
      : []),
    ...(old.length > 0 ? ['Stays:', ...old.map(({ release, why }) => `  ${release}: ${why}`)] : []),
  ];
}

const amounts = ({ releases, manifests, entries, statements = 0 }: Spare): string =>
  [
    `${manifests.length - statements} records and images of ${releases.length} releases`,
    `${entries.count} entries of the ledger`,
    ...(statements > 0 ? [`${statements} notes of used signatures that are over`] : []),
  ].join(', ');

async function requireConsent({ yes }: Options): Promise<void> {
  if (yes || (await confirm('Remove them?', 'To remove them without being asked: --yes'))) return;
  throw new UserError('Nothing was removed.');
}
