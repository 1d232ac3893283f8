import { existsSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Path } from '../../src/model/path';
import { runProgram } from './program';

/** `docker compose` itself could not be run, or is too old: a matter of the worker, not of the files. */
export class ComposeUnavailable extends Error {}

export interface ComposeInput {
  /** `settings.composeCommand` */
  command: string[];
  /** The folder with the compose files. */
  dir: string;
  project: string;
  /** Relative to the folder, in the order of merging. */
  files: string[];
  /** What the files may refer to. Nothing else of the worker's environment is seen. */
  variables: Record<string, string>;
  /** Is a file, relative to the folder, in the commit? Undefined: everything that is there is. */
  isCommitted?: (file: string) => boolean;
}

/** Something that compose, or the look at what it would read, finds wrong. */
export interface ComposeFinding {
  message: string;
  /** The file that compose names. */
  file?: string;
  /** From 1; where compose says it. */
  line?: number;
  column?: number;
  /** Within the compose files. */
  path?: Path;
  /** The variable that is meant, for whoever looks for its place. */
  variable?: string;
}

export interface ComposeReading {
  /** Compose's model as it prints it: `$` is `$$`. Undefined when there are problems that leave none. */
  model?: Record<string, unknown>;
  problems: ComposeFinding[];
  told: ComposeFinding[];
}

/** A variable that is not set is given this, to find what else is wrong. */
const STAND_IN = 'unset';
const AT_MOST = 20;

/**
 * The compose files as the reference implementation reads them: twice, first without the env files, to see whether what
 * it would read belongs to the commit, then whole. Paths stay as they are written. Throws `ComposeUnavailable`.
 */
export async function readComposeFiles(input: ComposeInput): Promise<ComposeReading> {
  const problems: ComposeFinding[] = [];
  const stated = await printModel(input, ['--no-env-resolution'], problems);
  if (!stated.model) return { problems, told: [] };
  problems.push(...checkEnvFiles(stated.model, input));
  if (problems.length > 0 || isWhole(stated.model)) return { model: stated.model, problems, told: stated.told };
  const whole = await printModel(input, [], problems);
  return { model: whole.model, problems, told: whole.told };
}

type Services = Record<string, { env_file?: { path: string; required?: boolean }[]; environment?: object }>;
const servicesOf = (model: Record<string, unknown>) => (model['services'] ?? {}) as Services;

/** Nothing of it would come from an env file, or from the variables by name alone: a second reading says the same. */
const isWhole = (model: Record<string, unknown>): boolean =>
  Object.values(servicesOf(model)).every(
    ({ env_file = [], environment = {} }) => env_file.length === 0 && !Object.values(environment).includes(null),
  );

/** The names of all services, those too that take no part because their profile is not chosen; none where they cannot be read. */
export async function listServices(input: ComposeInput): Promise<string[]> {
  const { stdout, status } = await run(input, ['--profile', '*'], ['--services']);
  return status === 0 ? stdout.split('\n').filter(Boolean) : [];
}

async function printModel(input: ComposeInput, flags: string[], problems: ComposeFinding[]) {
  const variables = { ...input.variables };
  const args = ['--format', 'json', '--no-path-resolution', ...flags];
  for (let attempt = 0; attempt < AT_MOST; attempt++) {
    const { stdout, stderr, status } = await run({ ...input, variables }, [], args);
    const { blanks, told, errors } = readMessages(stderr);
    const [, required, says] = /required variable (\S+) is missing a value(?:: (.*))?/.exec(errors) ?? [];
    const lacking = [...blanks.map((name) => unset(name)), ...(required ? [unset(required, says)] : [])];
    const fresh = lacking.filter(({ variable }) => !(variable in variables));
    for (const { variable } of fresh) variables[variable] = STAND_IN;
    const known = new Set(problems.map(({ variable }) => variable));
    problems.push(...fresh.filter(({ variable }) => !known.has(variable)));
    if (fresh.length > 0) continue;
    if (status === 0) return { model: JSON.parse(stdout) as Record<string, unknown>, told };
    // What compose says of a stand-in is no news.
    if (problems.length === 0) problems.push(explain(errors, input.dir));
    return { told };
  }
  return { told: [] };
}

const unset = (variable: string, says?: string): ComposeFinding & { variable: string } => ({
  variable,
  message:
    `\${${variable}} is not set${says ? ` (${says})` : ''}. Declare ${variable} under variables or secrets of the environment ` +
    `in windlass.yaml, or give it a default here: \${${variable}:-…}`,
});

/** What the process may see of the worker: where docker finds its plugins. Files from elsewhere are no part of a commit. */
function environmentOf(variables: Record<string, string>): Record<string, string> {
  const { DOCKER_CONFIG, HOME } = process.env;
  const config = DOCKER_CONFIG ?? (HOME && join(HOME, '.docker'));
  const closed = { COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false', COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false' };
  return { ...variables, ...closed, ...(config && { DOCKER_CONFIG: config }) };
}

/** What `docker` says without its plugin: it takes the first flag after `compose` for its own. */
const NO_PLUGIN = /is not a docker command|unknown shorthand flag: 'p' in -p/;

async function run(
  { command, dir, project, files, variables, isCommitted }: ComposeInput,
  globals: string[],
  flags: string[],
) {
  const [program = 'docker', ...first] = command;
  // A `.env` that git ignores is on this machine only.
  const noDotEnv = isCommitted && !isCommitted('.env') ? ['--env-file', '/dev/null'] : [];
  const args = [
    ...first,
    '-p',
    project,
    ...files.flatMap((file) => ['-f', join(dir, file)]),
    '--project-directory',
    dir,
  ];
  const ran = await runProgram(program, [...args, ...noDotEnv, ...globals, 'config', ...flags], {
    cwd: dir,
    env: environmentOf(variables),
  });
  if (ran.missing || NO_PLUGIN.test(ran.stderr))
    throw new ComposeUnavailable(
      `${command.join(' ')} is not there. Install Docker Compose, or say how it is run: WINDLASS_COMPOSE`,
    );
  if (/unknown flag/.test(ran.stderr))
    throw new ComposeUnavailable(
      `${command.join(' ')} cannot print what is needed. Expected Docker Compose 2.33 or newer; say how it is run: WINDLASS_COMPOSE`,
    );
  return ran;
}

/** Compose logs in lines of `time=… level=warning msg="…"`; what has no level is the error. */
function readMessages(stderr: string): { blanks: string[]; told: ComposeFinding[]; errors: string } {
  const lines = stderr.split('\n').filter(Boolean);
  const warnings = lines
    .flatMap((line) => /^time=.* level=\w+ msg=(".*")$/.exec(line)?.[1] ?? [])
    .map((text) => JSON.parse(text) as string);
  const blanks = warnings.flatMap((text) => /^The "(.+)" variable is not set/.exec(text)?.[1] ?? []);
  // What concerns single keys is told by our own table of keys.
  const told = warnings.filter((text) => !/variable is not set|obsolete|deploy\.|not honored|Swarm|HOME/.test(text));
  return {
    blanks: [...new Set(blanks)],
    told: told.map((message) => ({ message })),
    errors: lines.filter((line) => !line.startsWith('time=')).join(' '),
  };
}

/** Compose fails on it with words about itself. */
const SSH_PATH =
  'build.ssh names a key by its path, which docker compose cannot print and only a laptop has. Write default: the agent of the worker is asked';

/** Compose's own words, with the names of the files as people know them. */
function explain(errors: string, dir: string): ComposeFinding {
  if (errors.includes('types.SSHKey')) return { message: SSH_PATH };
  const text = errors.replaceAll(`${dir}/`, '').replace(/: invalid compose project$/, '');
  const [, file, rest = text] =
    /^(?:validating|failed to parse|compose file) "?([^":]+)"?(?: is invalid)?: (.*)$/.exec(text) ?? [];
  const [, line, column] = / at L(\d+)\.C(\d+)/.exec(rest) ?? [];
  const [, invalid, says] = /^((?:services|networks|volumes|configs|secrets)\.\S+) (.*)$/.exec(rest) ?? [];
  const [, interpolating] = /^error while interpolating (\S+):/.exec(rest) ?? [];
  const [, service] = /^service "([^"]+)"/.exec(rest) ?? [];
  const path = (invalid ?? interpolating)?.split('.') ?? (service ? ['services', service] : undefined);
  return {
    message: invalid ? inWords(says!) : `docker compose says: ${rest || 'nothing, and fails'}`,
    ...(file && { file }),
    ...(line && { line: Number(line), column: Number(column) }),
    ...(path && { path }),
  };
}

const inWords = (says: string) =>
  says === 'false schema'
    ? 'is not a key that compose knows. Check its spelling, and where it stands'
    : `docker compose says: ${says}`;

/** Env files must come with the commit: what lies on this machine alone would make another release elsewhere. */
function checkEnvFiles(
  model: Record<string, unknown>,
  { dir, isCommitted = () => true }: ComposeInput,
): ComposeFinding[] {
  return Object.entries(servicesOf(model)).flatMap(([name, { env_file = [] }]) =>
    env_file.flatMap(({ path: file, required = true }, index): ComposeFinding[] => {
      const path = ['services', name, 'env_file', index];
      const whole = resolve(dir, file);
      const outside = existsSync(whole) ? leaves(realpathSync(dir), realpathSync(whole)) : leaves(dir, whole);
      if (outside)
        return [
          {
            path,
            message: `is ${file}, which is outside of the repository. Commit it below the compose file, or declare its entries in windlass.yaml`,
          },
        ];
      if (!required || (existsSync(whole) && isCommitted(relative(dir, whole)))) return [];
      return [
        {
          path,
          message:
            `is ${file}, which is not in the commit. Commit it if it holds no secret; else write { path: ${file}, required: false }, name its ` +
            `entries under environment, and declare them under variables or secrets of the environment in windlass.yaml`,
        },
      ];
    }),
  );
}

const leaves = (dir: string, file: string) => relative(dir, file).startsWith('..');
