import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Told } from './errors';
import type { RegistryAccess } from '../src/model/release';
import type { CommonOptions } from './deliver';
import type { WhoOptions } from './local/who';

/** Options of the commands that are about an application. */
export interface ProjectOptions extends CommonOptions, WhoOptions {
  app?: string;
  file: string;
}

/** What a command needs to know of the manifest; the rest is the worker's to judge. */
export interface Project {
  app: string;
  /** In the order of promotion; undefined where only `--app` is known. */
  environments?: string[];
  /** The compose files, where the manifest names them. */
  compose?: string[];
  /** Environment → its compose project, where the manifest names it. */
  projects?: Record<string, string>;
  /** Where the ledger is, if the manifest says it. */
  registry?: RegistryAccess;
}

export const MANIFEST = 'windlass.yaml';

export const withProject = (command: Command): Command =>
  command
    .option('--app <name>', `the application (default: what ${MANIFEST} says)`)
    .option('--file <path>', 'the manifest', MANIFEST);

/**
 * The application and its environments. Read lightly on purpose: `status` or `rollback` must not fail because a line
 * that they do not need is wrong.
 */
export async function readProject({ app, file }: Pick<ProjectOptions, 'app' | 'file'>): Promise<Project> {
  if (!existsSync(file)) {
    if (app) return { app };
    throw new Told(
      `${file}: is not there, so the application is not known.`,
      undefined,
      'Say it: --app NAME. To write a manifest: windlass init',
    );
  }
  const { parse } = await import('yaml');
  const manifest = parseOrTell(parse, file) as {
    app?: unknown;
    environments?: unknown;
    registry?: unknown;
    compose?: unknown;
  } | null;
  if (app && app !== manifest?.app) return { app };
  if (typeof manifest?.app !== 'string')
    throw new Told(`${file} app: is missing. Expected the name of the application.`);
  const { environments } = manifest;
  const isMap = typeof environments === 'object' && environments !== null && !Array.isArray(environments);
  return {
    app: manifest.app,
    environments: isMap ? Object.keys(environments) : undefined,
    compose: Array.isArray(manifest.compose) ? manifest.compose.map(String) : undefined,
    projects: isMap ? projectsOf(environments as Record<string, unknown>) : undefined,
    registry: registryOf(manifest.registry),
  };
}

function projectsOf(environments: Record<string, unknown>): Record<string, string> | undefined {
  const said = Object.entries(environments).map(([name, one]) => [
    name,
    (one as { project?: unknown } | null)?.project,
  ]);
  const known = said.filter(([, project]) => typeof project === 'string') as [string, string][];
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** An address, or an address with references to a login. */
function registryOf(registry: unknown): RegistryAccess | undefined {
  if (typeof registry === 'string') return { address: registry };
  const hasAddress = typeof registry === 'object' && registry !== null && 'address' in registry;
  return hasAddress ? (registry as RegistryAccess) : undefined;
}

function parseOrTell(parse: (text: string) => unknown, file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Told(`${file}: cannot be read. ${(error as Error).message.trim()}`);
  }
}

/** Refuses a name that the manifest does not know: a mistyped one would make a new environment. */
export function requireEnvironment({ app, environments }: Project, environment: string): void {
  if (!environments || environments.includes(environment)) return;
  throw new Told(`${app} has no environment "${environment}". Expected ${environments.join(' or ')}.`);
}
