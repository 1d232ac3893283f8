import type { Command } from 'commander';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../../activities/settings';
import { type CommandResult, action, examples } from '../../deliver';
import { dataFolder } from '../../local/data-folder';
import { note } from '../../print/terminal/output';
import { freePort } from '../../../parts/run/ports';
import type { KeptRegistry } from '../../../parts/server/registry';

export function define(command: Command): void {
  command.addHelpText(
    'after',
    examples('windlass dev', 'WINDLASS_REGISTRY=registry.example.com/team windlass dev') +
      '\n\nRuns a Temporal server, a registry (both keep their data on disk) and a worker on this machine, with docker\ncompose, the proxy and a Docker engine where there is none. Ctrl-C stops' +
      '\nthem; work in progress resumes at the next start. Set WINDLASS_REGISTRY to use another registry, which hosts on' +
      "\nother machines need. For the worker's variables: windlass worker --help",
  );
  action(command, dev);
}

async function dev(): Promise<CommandResult> {
  const settings = readSettings(process.env);
  const folder = dataFolder();
  const { claim } = await import('../../local/only-one');
  const release = claim(join(folder, `${settings.installation}.dev.json`));
  const { tryParts } = await import('../../../parts/start');
  const { ATTRIBUTE_TYPES } = await import('../../temporal/connect/attributes');
  const parts = await tryParts({
    want: [
      ...(['temporal', 'compose', 'engine'] as const),
      ...(process.env['WINDLASS_PROXY_IMAGE'] || settings.proxyKind !== 'traefik' ? [] : (['proxy'] as const)),
      ...(settings.registry ? [] : (['registry'] as const)),
    ],
    engineData: join(folder, `${settings.installation}.engine`),
    proxyImage: settings.proxyImage,
    registry: await keptRegistry(join(folder, `${settings.installation}.registry`)),
    temporal: {
      dbFile: join(folder, `${settings.installation}.db`),
      searchAttributes: ATTRIBUTE_TYPES,
      preferUsualPorts: true,
    },
    print: note,
  });
  parts.beforeStop(release);
  const { temporal, compose, registry } = parts;
  if (!temporal) throw parts.missing.temporal ?? new Error('no Temporal server was started');

  process.env['TEMPORAL_ADDRESS'] = temporal.address;
  if (registry) process.env['WINDLASS_REGISTRY'] ??= registry.address;
  const { startWorker } = await import('../../worker');
  const worker = await startWorker(
    {
      ...settings,
      dockerHost: parts.engine?.host ?? settings.dockerHost,
      proxyImage: parts.proxy?.name ?? settings.proxyImage,
      composeCommand: compose?.command ?? settings.composeCommand,
      registry: settings.registry ?? registry?.address,
    },
    { signals: false },
  );
  parts.beforeStop(worker.stop);
  const engineHost = parts.engine?.own ? parts.engine.host : undefined;
  note(
    ...greeting({ ...temporal, installation: settings.installation, registry: registry?.address, folder, engineHost }),
  );
  await worker.done;
  await parts.stop();
  return { json: { address: temporal.address, ui: temporal.uiUrl, stopped: true }, lines: ['stopped'] };
}

/** Names of images and records contain the registry's port, so it must not change after the first start. */
async function keptRegistry(folder: string): Promise<KeptRegistry> {
  const file = join(folder, 'port');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, String(await freePort(USUAL_REGISTRY_PORT)));
  return { folder, port: Number(readFileSync(file, 'utf8')) };
}
const USUAL_REGISTRY_PORT = 5000;

const USUAL = '127.0.0.1:7233';

interface Started {
  address: string;
  uiUrl: string;
  installation: string;
  registry?: string;
  folder: string;
  /** Of an engine that was started here, which no other terminal knows. */
  engineHost?: string;
}

/** What is there now, and what other terminals need of it. */
export function greeting({ address, uiUrl, installation, registry, folder, engineHost }: Started): string[] {
  return [
    `worker ready: installation ${installation}, Temporal at ${address}`,
    `Temporal's UI: ${uiUrl}`,
    ...(registry ? [`Images and records: the registry at ${registry}, kept in ${folder}`] : []),
    ...(engineHost
      ? [`The Docker engine is windlass's own. To look at it in other terminals: export DOCKER_HOST=${engineHost}`]
      : []),
    ...(address === USUAL ? [] : [`The usual port was taken. In other terminals: export TEMPORAL_ADDRESS=${address}`]),
    'Ctrl-C stops it. Next, in another terminal: windlass release',
  ];
}
