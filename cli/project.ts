import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from './errors';
import type { RegistryAccess } from '../src/model/release';
import type { CommonOptions } from './deliver';
import type { WhoOptions } from './local/who';

/** Adds the options of commands that take an application. */
export interface ProjectOptions extends CommonOptions, WhoOptions {
  app?: string;
  file: string;
}

/** What commands read from the manifest; the worker judges the rest. */
export interface Project {
  app: string;
  /** In order of promotion; undefined when only `--app` is known. */
  environments?: string[];
  /** The compose files, if the manifest names them. */
  compose?: string[];
  /** Environment → compose project, if the manifest names it. */
  projects?: Record<string, string>;
  /** The ledger's registry, if the manifest names it. */
  registry?: RegistryAccess;
}

export const MANIFEST = 'windlass.yaml';

export const withProject = (command: Command): Command =>
  command
    .option('--app <name>', `the application (default: what ${MANIFEST} says)`)
    .addOption(
      new Option('--file <path>', 'the manifest').default(
        findManifest(),
        `${MANIFEST}, here or above in the repository`,
      ),
    );

/** The manifest's path: in this folder, or above it up to the repository's root, as git searches. */
export function findManifest(from = process.cwd()): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, MANIFEST))) return relative(from, join(folder, MANIFEST));
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return MANIFEST;
  }
}

/**
 * The application and its environments. Read leniently: `status` and `rollback` must not fail
 * because of a fault in a line they do not need.
 */
export async function readProject({ app, file }: Pick<ProjectOptions, 'app' | 'file'>): Promise<Project> {
  if (!existsSync(file)) {
    if (app) return { app };
    throw new UserError(
      file === MANIFEST
        ? `No ${MANIFEST} in this folder or above it in the repository.`
        : `--file ${file}: no such file.`,
      undefined,
      'Change to the folder of your application, or pass --app NAME.\nTo write one from your compose file: windlass init',
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
    throw new UserError(`${file} app: is missing. Expected the name of the application.`);
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

/** An address, or one with references to a login. */
function registryOf(registry: unknown): RegistryAccess | undefined {
  if (typeof registry === 'string') return { address: registry };
  const hasAddress = typeof registry === 'object' && registry !== null && 'address' in registry;
  return hasAddress ? (registry as RegistryAccess) : undefined;
}

function parseOrTell(parse: (text: string) => unknown, file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`Cannot read ${file}. ${(error as Error).message.trim()}`);
  }
}

/** Refuses a name the manifest does not have, because a mistyped one would create an environment. */
export function requireEnvironment({ app, environments }: Project, environment: string): void {
  if (!environments || environments.includes(environment)) return;
  throw new UserError(`${app} has no environment "${environment}". Expected ${environments.join(' or ')}.`);
}
