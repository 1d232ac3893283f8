import { clientOf } from './engine-client';
import { run as runCommand } from '../run/commands';
import { startDockerd } from './dockerd';
import { inOneLine, PartMissing } from '../find/missing';
import type { Run } from '../run/runs';

export interface Engine {
  /** What DOCKER_HOST would hold: `unix:///path`. */
  host: string;
  version: string;
  from: string;
  /** Was it started for this run alone? */
  own: boolean;
  stop(): Promise<void>;
}

/** A Docker engine: one that answers already, else one of this run's own, which keeps what it has in `data` if that is said. Throws PartMissing. */
export async function findOrStartEngine(run: Run, data?: string): Promise<Engine> {
  const tried: string[] = [];
  const found = await findEngine(tried);
  if (found) return found;
  try {
    return await startOwnEngine(run, data);
  } catch (error) {
    tried.push(`an engine of our own: ${inOneLine(error)}`);
    const todo = 'Start Docker, or set DOCKER_HOST; on Debian and Ubuntu, run as root and it is installed.';
    throw new PartMissing('engine', tried, todo);
  }
}

/** A Docker engine that answers already; what did not is added to `tried`. */
export async function findEngine(tried: string[] = []): Promise<Engine | undefined> {
  for (const host of await knownHosts()) {
    try {
      return { ...(await describe(host)), from: `answers at ${host}`, own: false, stop: async () => undefined };
    } catch (error) {
      tried.push(`${host}: ${inOneLine(error)}`);
    }
  }
  return undefined;
}

/** Starts an engine for this run alone; with `data`, on what the run before has left there. Throws with the reason. */
export async function startOwnEngine(run: Run, data?: string): Promise<Engine> {
  const { host, made, installed } = await startDockerd(run, data);
  const from = `Debian docker.io${installed ? ', just installed' : ''}, a daemon of our own`;
  return { ...(await describe(host)), from, own: true, stop: () => run.undo(made) };
}

/** Where an engine may be. The `docker` program, where there is one, knows the context that the user chose. */
async function knownHosts(): Promise<string[]> {
  if (process.env.DOCKER_HOST) return [process.env.DOCKER_HOST];
  const context = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const chosen = await runCommand('docker', context, { timeoutMs: 5_000 }).catch(() => '');
  return [...new Set([chosen.trim(), 'unix:///var/run/docker.sock'])].filter(Boolean);
}

async function describe(host: string): Promise<{ host: string; version: string }> {
  const { Version, ApiVersion } = await within(5_000, clientOf(host).version());
  return { host, version: `${Version} (API ${ApiVersion})` };
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
