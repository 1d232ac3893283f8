import {
  type AbsentFile,
  absentEnvFiles,
  checkEnvFiles,
  overrideFor,
  servicesOf,
  withEntries,
  withoutAbsent,
} from './env-files';
import { type ComposeFinding, type ComposeInput, runComposeConfig } from './compose-program';
import { settlePwd } from './pwd';

export interface ComposeReading {
  /** Compose's model as printed: `$` is `$$`. Undefined when problems prevent it. */
  model?: Record<string, unknown>;
  problems: ComposeFinding[];
  told: ComposeFinding[];
  absent: AbsentFile[];
}

/** The stand-in for an unset variable, to find further problems. */
const STAND_IN = 'unset';
const AT_MOST = 20;

/**
 * Reads the compose files with docker compose, twice: first without env files, to check that everything it would
 * read is in the commit, then completely. Paths stay as written. Throws `ComposeUnavailable`.
 */
export async function readComposeFiles(input: ComposeInput): Promise<ComposeReading> {
  const problems: ComposeFinding[] = [];
  const stated = await printModel(input, ['--no-env-resolution'], problems);
  if (!stated.model) return { problems, told: [], absent: [] };
  const absent = absentEnvFiles(stated.model, input);
  problems.push(...checkEnvFiles(stated.model, input));
  const committed = withoutAbsent(stated.model, input);
  if (problems.length > 0 || isWhole(committed))
    return { model: withEntries(committed, stated.model, input), problems, told: stated.told, absent };
  const whole = await printModel({ ...input, override: overrideFor(committed, stated.model) }, [], problems);
  return { model: whole.model && withEntries(whole.model, stated.model, input), problems, told: whole.told, absent };
}

const isWhole = (model: Record<string, unknown>): boolean =>
  Object.values(servicesOf(model)).every(
    ({ env_file = [], environment = {} }) => env_file.length === 0 && !Object.values(environment).includes(null),
  );

/** All services by name, including those of inactive profiles; none when unreadable. */
export async function readAllServices(input: ComposeInput): Promise<Record<string, Record<string, unknown>>> {
  const flags = ['--format', 'json', '--no-path-resolution', '--no-env-resolution'];
  const { stdout, status } = await runComposeConfig(input, ['--profile', '*'], flags);
  return status === 0 ? servicesOf(JSON.parse(stdout) as Record<string, unknown>) : {};
}

async function printModel(input: ComposeInput, flags: string[], problems: ComposeFinding[]) {
  const variables = { ...input.variables };
  const args = ['--format', 'json', '--no-path-resolution', ...flags];
  for (let attempt = 0; attempt < AT_MOST; attempt++) {
    const { stdout, stderr, status, ...folders } = await runComposeConfig({ ...input, variables }, [], args);
    const { blanks, told, errors } = readMessages(stderr);
    const [, required, says] = /required variable (\S+) is missing a value(?:: (.*))?/.exec(errors) ?? [];
    const lacking = [...blanks.map((name) => reportUnset(name)), ...(required ? [reportUnset(required, says)] : [])];
    const fresh = lacking.filter(({ variable }) => !(variable in variables));
    for (const { variable } of fresh) variables[variable] = STAND_IN;
    const known = new Set(problems.map(({ variable }) => variable));
    problems.push(...fresh.filter(({ variable }) => !known.has(variable)));
    if (fresh.length > 0) continue;
    if (status === 0) {
      const { model, findings } = settlePwd(JSON.parse(stdout) as Record<string, unknown>, folders);
      const news = findings.filter((one) => !problems.some(({ path }) => path?.join('.') === one.path.join('.')));
      problems.push(...news);
      return { model, told };
    }
    // Messages about a stand-in are noise.
    if (problems.length === 0) problems.push(explain(errors, input.dir));
    return { told };
  }
  return { told: [] };
}

/** For a variable that the files use and nothing sets; `says` is compose's message about it. */
export const reportUnset = (variable: string, says?: string): ComposeFinding & { variable: string } => ({
  variable,
  message:
    `\${${variable}} is not set${says ? ` (${says})` : ''}. Declare ${variable} under variables or secrets of the environment ` +
    `in windlass.yaml, or give it a default here: \${${variable}:-…}`,
});

function readMessages(stderr: string): { blanks: string[]; told: ComposeFinding[]; errors: string } {
  const lines = stderr.split('\n').filter(Boolean);
  const warnings = lines
    .flatMap((line) => /^time=.* level=\w+ msg=(".*")$/.exec(line)?.[1] ?? [])
    .map((text) => JSON.parse(text) as string);
  const blanks = warnings.flatMap((text) => /^The "(.+)" variable is not set/.exec(text)?.[1] ?? []);
  // Our own table of keys covers single keys.
  const told = warnings.filter((text) => !/variable is not set|obsolete|deploy\.|not honored|Swarm|HOME/.test(text));
  return {
    blanks: [...new Set(blanks)],
    told: told.map((message) => ({ message })),
    errors: lines.filter((line) => !line.startsWith('time=')).join(' '),
  };
}

/** Compose fails on this with a message about itself. */
const SSH_PATH =
  "build.ssh names a key by a path that exists on one machine only. Write default, which uses the worker's SSH agent";

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
  says === 'false schema' ? 'is not a compose key. Check its spelling and its place' : `docker compose says: ${says}`;
