import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Path } from '../../../src/model/text/path';
import { withoutEntries, writeEnvFile } from '../../../src/model/container/env-file';
import { limiter } from '../bounded';
import { composeEnvironment } from '../programs/child-environment';
import { explainCompose, explainComposeError, NO_SUCH_PROGRAM } from './errors';
import { confine, whyNotConfined } from '../programs/confine';
import { findProgram, type Ran, runProgram } from '../programs/program';
import { wayWithin } from '../within';

export interface ComposeFinding {
  message: string;
  file?: string;
  line?: number;
  column?: number;
  path?: Path;
  variable?: string;
}

export interface ComposeInput {
  command: string[];
  dir: string;
  /** The checkout that contains the folder; nothing outside it is read. Default: the folder. */
  root?: string;
  project: string;
  files: string[];
  variables: Record<string, string>;
  /** Is a file (relative to the folder) in the commit? Undefined: every file is. */
  isCommitted?: (file: string) => boolean;
  envFiles?: Record<string, Record<string, string>>;
  override?: string;
}

/** Compose's output. `pwd` and `home` are the placeholders for `${PWD}` and `${HOME}`, paths that no file can contain. */
export type ComposeRan = Ran & { pwd: string; home: string };

const LIMITS = { memoryMb: 2_048, cpuSeconds: 20 };
const WITHIN_MS = 30_000;
/** The size limit of a settings file, in bytes. */
export const LARGEST = 1024 * 1024;
const inTurn = limiter(2);

/**
 * Runs `docker compose config`, sandboxed to the checkout where possible. Its environment is `composeEnvironment`;
 * variables are passed in a file. `globals` precede `config`, `flags` follow it. Throws `ComposeUnavailable`.
 */
export async function runComposeConfig(input: ComposeInput, globals: string[], flags: string[]): Promise<ComposeRan> {
  const how = input.command.join(' ');
  const ran = await inTurn(() => inPrivateFolder((folder) => run(input, folder, globals, flags))).catch(
    (error: unknown) => {
      throw explainComposeError(how, error);
    },
  );
  const failed = ran.status === 0 ? undefined : explainCompose(how, ran.missing ? NO_SUCH_PROGRAM : ran.stderr);
  if (failed) throw failed;
  return ran;
}

async function run(input: ComposeInput, folder: string, globals: string[], flags: string[]): Promise<ComposeRan> {
  const { command, dir, root = dir, project, files, variables } = input;
  const [name = 'docker', ...first] = command;
  const program = findProgram(name);
  if (!program) return { status: 127, stdout: '', stderr: '', missing: true, pwd: dir, home: dir };
  const plugins = await linkPlugins(folder);
  const envFiles = await writeVariables(folder, input);
  const own = await writeOverride(folder, input.override);
  const profiles = (variables['COMPOSE_PROFILES'] ?? '').split(',').filter(Boolean);
  const args = [
    ...first,
    '-p',
    project,
    ...[...files.map((file) => join(dir, file)), ...own].flatMap((file) => ['-f', file]),
    '--project-directory',
    dir,
    ...envFiles.flatMap((file) => ['--env-file', file]),
    ...(globals.includes('--profile') ? [] : profiles.flatMap((profile) => ['--profile', profile])),
    ...globals,
    'config',
    ...flags,
  ];
  const reads = [program, realpathSync(program), ...plugins, realpathSync(root), folder];
  const [path, ...words] = (await whyNotConfined()) ? [program, ...args] : confine([program, ...args], reads);
  const pwd = join(folder, 'project');
  await symlink(dir, pwd);
  const home = join(folder, 'home');
  const env = { ...composeEnvironment(join(folder, 'docker')), PWD: pwd, HOME: home };
  const ran = await runProgram(path!, words, { cwd: pwd, env, within: WITHIN_MS, limits: LIMITS });
  return { ...ran, pwd, home, stderr: ran.stderr.replaceAll(`${folder}/`, '') };
}

/**
 * The `.env` that compose would read by itself, without names the variables set. It precedes them,
 * because they may refer to it. A git-ignored one exists on this machine only.
 */
async function writeVariables(folder: string, input: ComposeInput): Promise<string[]> {
  const { dir, root = dir, variables, isCommitted = () => true } = input;
  const own = join(folder, 'variables.env');
  await writeFile(own, writeEnvFile(variables));
  const found = join(dir, '.env');
  if (!isCommitted('.env') || wayWithin(root, found) === undefined) return [own];
  const stats = statSync(found, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > LARGEST) return [own];
  const dotEnv = join(folder, '.env');
  await writeFile(dotEnv, withoutEntries(await readFile(found, 'utf8'), Object.keys(variables)));
  return [own, dotEnv];
}

async function writeOverride(folder: string, text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const file = join(folder, 'override.yml');
  await writeFile(file, text);
  return [file];
}

async function linkPlugins(folder: string): Promise<string[]> {
  await mkdir(join(folder, 'docker'));
  const own = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'cli-plugins');
  if (!existsSync(own)) return [];
  await symlink(own, join(folder, 'docker', 'cli-plugins'));
  const plugins = readdirSync(own).filter((name) => name.startsWith('docker-'));
  return [own, ...plugins.map((name) => join(own, name))]
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
}

async function inPrivateFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(realpathSync(tmpdir()), 'windlass-compose-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
