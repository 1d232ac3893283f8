import type { Command } from 'commander';
import { join } from 'node:path';
import { readSettings } from '../../activities/settings';
import { type Answer, does, examples } from '../deliver';
import { dataFolder } from '../local/data-folder';
import { note } from '../print/output';

export function define(command: Command): void {
  command.addHelpText(
    'after',
    examples('windlass dev', 'WINDLASS_REGISTRY=localhost:5000 windlass dev') +
      '\n\nOne machine, one command: a Temporal server, which keeps its state on disk, and a worker. Ctrl-C stops both; what' +
      '\nwas in progress goes on when they are started again. The variables of the worker: windlass worker --help',
  );
  does(command, dev);
}

async function dev(): Promise<Answer> {
  const settings = readSettings(process.env);
  const folder = dataFolder();
  const { claim } = await import('../local/only-one');
  const release = claim(join(folder, `${settings.installation}.dev.json`));
  const { tryParts } = await import('../../parts/start');
  const { ATTRIBUTE_TYPES } = await import('../temporal/attributes');
  const parts = await tryParts({
    want: ['temporal', 'compose'],
    temporal: {
      dbFile: join(folder, `${settings.installation}.db`),
      searchAttributes: ATTRIBUTE_TYPES,
      preferUsualPorts: true,
    },
    print: note,
  });
  parts.beforeStop(release);
  const { temporal, compose } = parts;
  if (!temporal) throw parts.missing.temporal ?? new Error('no Temporal server was started');

  process.env['TEMPORAL_ADDRESS'] = temporal.address;
  const { startWorker } = await import('../worker');
  const worker = await startWorker(
    { ...settings, composeCommand: compose?.command ?? settings.composeCommand },
    { signals: false },
  );
  parts.beforeStop(worker.stop);
  note(...greeting(temporal.address, temporal.uiUrl, settings.installation));
  await worker.done;
  await parts.stop();
  return { json: { address: temporal.address, ui: temporal.uiUrl, stopped: true }, lines: ['stopped'] };
}

const USUAL = '127.0.0.1:7233';

function greeting(address: string, uiUrl: string, installation: string): string[] {
  return [
    `worker ready: installation ${installation}, Temporal at ${address}`,
    `Temporal's UI: ${uiUrl}`,
    ...(address === USUAL
      ? []
      : [`The usual port was taken, so in other terminals: export TEMPORAL_ADDRESS=${address}`]),
    'Ctrl-C stops both.',
  ];
}
