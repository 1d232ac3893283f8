import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll, startChild, waitUntil } from '../run/children';
import { findProgram, run as runCommand } from '../run/commands';
import { unpackProgram } from '../find/debian';
import type { Engine } from './engine';
import { clientOf } from './engine-client';
import { inOneLine, PartMissing } from '../find/missing';
import { freePort } from '../run/ports';
import type { Pull } from '../image/pull';
import type { Run } from '../run/runs';
import type { Made } from '../run/undo';

export interface Registry {
  /** `127.0.0.1:PORT`; engines need no TLS for that. */
  address: string;
  version: string;
  from: string;
  stop(): Promise<void>;
}

const IMAGE = 'registry:2';

/** Where a registry keeps what it has from one run to the next: its folder, and the port that names of images have. */
export interface KeptRegistry {
  folder: string;
  port: number;
}

/** Starts a registry from which digests can be deleted, of this run's own and empty unless it is kept. Throws PartMissing. */
export async function startRegistry(
  run: Run,
  on?: { engine: Engine; pull: Pull },
  kept?: KeptRegistry,
): Promise<Registry> {
  const tried: string[] = [];
  try {
    if (on && (await on.pull(IMAGE))) return await inContainer(run, on.engine, kept);
    tried.push(on ? `${IMAGE}: this engine reaches no hub` : `${IMAGE}: there is no engine`);
  } catch (error) {
    tried.push(`${IMAGE}: ${inOneLine(error)}`);
  }
  try {
    return await asProcess(run, kept);
  } catch (error) {
    tried.push(`Debian docker-registry: ${inOneLine(error)}`);
    throw new PartMissing('registry', tried, `Let the engine reach a hub that has ${IMAGE}.`);
  }
}

async function inContainer(run: Run, engine: Engine, kept?: KeptRegistry): Promise<Registry> {
  const container = await clientOf(engine.host).createContainer({
    Image: IMAGE,
    Env: ['REGISTRY_STORAGE_DELETE_ENABLED=true', 'REGISTRY_LOG_LEVEL=warn'],
    HostConfig: {
      PortBindings: { '5000/tcp': [{ HostIp: '127.0.0.1', HostPort: kept ? String(kept.port) : '' }] },
      Binds: kept ? [`${kept.folder}:/var/lib/registry`] : [],
    },
  });
  const made: Made = { kind: 'container', host: engine.host, id: container.id };
  run.record(made);
  await container.start();
  const { NetworkSettings } = await container.inspect();
  const address = `127.0.0.1:${NetworkSettings.Ports['5000/tcp']![0]!.HostPort}`;
  await poll(20_000, () => answers(address));
  return { address, version: '2', from: `image ${IMAGE}`, stop: () => run.undo([made]) };
}

async function asProcess(run: Run, kept?: KeptRegistry): Promise<Registry> {
  const { path: program, from } = await findProgramOfDebian();
  const folder = join(run.dir, 'registry');
  mkdirSync(folder);
  const address = `127.0.0.1:${kept?.port ?? (await freePort())}`;
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: kept?.folder ?? join(folder, 'storage') }, delete: { enabled: true } },
    http: { addr: address },
  };
  // JSON is YAML, and needs no thought about blanks in paths.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings));
  const child = await startChild(program, ['serve', join(folder, 'config.yml')], join(folder, 'log'));
  const made: Made = { kind: 'process', pid: child.pid, started: child.started };
  run.record(made);
  await waitUntil(child, 20_000, () => answers(address));
  const version = /v?\d[\w.+-]*/.exec((await runCommand(program, ['--version'])).split(' ').pop()!)?.[0] ?? '2';
  return { address, version, from, stop: () => run.undo([made]) };
}

async function findProgramOfDebian() {
  const path = findProgram('docker-registry');
  if (path) return { path, from: path };
  const unpacked = await unpackProgram('docker-registry', 'docker-registry');
  return { path: unpacked.path, from: `Debian docker-registry${unpacked.cached ? ', cached' : ''}` };
}

async function answers(address: string): Promise<void> {
  const { status } = await fetch(`http://${address}/v2/`, { signal: AbortSignal.timeout(2_000) });
  if (status !== 200) throw new Error(`http://${address}/v2/ answers ${status}`);
}
