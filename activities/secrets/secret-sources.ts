import { readFile } from 'node:fs/promises';
import type { SecretSource } from '../../src/model/release';
import { readEnvFile } from '../../src/model/container/env-file';
import { looksSecret } from '../../src/model/container/secret';
import { refuseSecret } from '../policy/allowed';
import { runSecretCommand } from '../drivers/programs/secret-command';
import { hasPolicy } from '../policy';
import { redact } from './redact';
import { Shared } from '../waiting';

export type Env = Record<string, string | undefined>;

type SourceKind = SecretSource extends infer Source ? (Source extends unknown ? keyof Source : never) : never;
type Of<K extends SourceKind> = Extract<SecretSource, Record<K, unknown>>;
export type SecretLookup = { value: string } | { lacks: string };

type Read<Source> = (
  source: Source,
  env: Env,
  fresh: boolean,
  signal?: AbortSignal,
) => SecretLookup | Promise<SecretLookup>;

const sources = { env: readVariable, file: readSecretFile, entry: readEntry, exec: readCommand } satisfies {
  [K in SourceKind]: Read<Of<K>>;
};

/**
 * Reads a secret now; `fresh` bypasses the cache of commands. A command is stopped when the last
 * caller's signal is given; each caller gets its own signal's reason.
 */
export async function readSource(
  source: SecretSource,
  env: Env,
  fresh: boolean,
  signal: AbortSignal | undefined,
): Promise<SecretLookup> {
  const refusal = await refuseSecret(source, env);
  if (refusal) return { lacks: refusal };
  const [kind] = Object.keys(source) as [SourceKind];
  const read = sources[kind] as Read<SecretSource>;
  return await read(source, env, fresh, signal);
}

function readVariable({ env: name }: Of<'env'>, env: Env): SecretLookup {
  const value = env[name];
  if (value) return { value };
  return { lacks: `the worker has no variable ${name}. Set it in the worker's environment and restart the worker` };
}

async function readSecretFile({ file }: Of<'file'>): Promise<SecretLookup> {
  try {
    return { value: withoutNewline(await readFile(file, 'utf8')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { lacks: `the worker cannot read the file ${file} (${code}). Create it, readable by the worker's user` };
  }
}

async function readEntry({ entry: [file, name] }: Of<'entry'>): Promise<SecretLookup> {
  const found = await readSecretFile({ file });
  if ('lacks' in found) return found;
  const value = readEnvFile(found.value)[name];
  return value === undefined
    ? { lacks: `the worker's file ${file} has no entry ${name}. Write ${name}=… there` }
    : { value };
}

const WITHIN_MS = 10_000;
/** Every step that creates a container needs the values; a store must not be asked a hundred times. */
const KEPT_MS = 30_000;
const kept = new Map<string, { until: number; found: Shared<SecretLookup> }>();

function readCommand({ exec }: Of<'exec'>, env: Env, fresh: boolean, signal?: AbortSignal): Promise<SecretLookup> {
  const refusal = refuseCommand({ exec }, env);
  if (refusal) return Promise.resolve({ lacks: refusal });
  const key = JSON.stringify(exec);
  const known = kept.get(key);
  if (known && !fresh && !known.found.isStopped && Date.now() < known.until) return known.found.wait(signal);
  // A failure is not cached, and no value is kept longer than it is used.
  const forget = () => kept.get(key)?.found === found && kept.delete(key);
  const found = new Shared(async (stopped) => {
    const ended = await runCommand(exec, env, stopped);
    if ('lacks' in ended) forget();
    else setTimeout(forget, KEPT_MS).unref();
    return ended;
  });
  kept.set(key, { until: Date.now() + KEPT_MS, found });
  return found.wait(signal);
}

/** The worker's setting for programs that secrets may run. */
const SETTING = 'WINDLASS_SECRET_COMMANDS';

/** Why a program may not be run for a secret where there is no policy; undefined where it may. */
export function refuseCommand({ exec: [program = ''] }: Of<'exec'>, env: Env): string | undefined {
  // The policy says whole commands, and has been asked.
  if (hasPolicy(env)) return undefined;
  const allowed = (env[SETTING] ?? '').split(',').filter(Boolean);
  return allowed.includes(program) ? undefined : notAllowed(program, allowed);
}

/** Why the worker may not run a program that prints a login, by the policy or by its own setting; undefined where it may. */
export const refuseProgram = async (exec: string[], env: Env): Promise<string | undefined> =>
  (await refuseSecret({ exec }, env)) ?? refuseCommand({ exec }, env);

const notAllowed = (program: string, allowed: string[]) =>
  `the worker may not run ${program}, because anyone who commits windlass.yaml could pass it any arguments. To allow it, ` +
  `start the worker with ${SETTING}=${[...allowed, program].join(',')}`;

async function runCommand(exec: string[], env: Env, signal: AbortSignal): Promise<SecretLookup> {
  const said = exec.join(' ');
  const ended = await runSecretCommand(exec, env, WITHIN_MS, signal);
  if (ended.end === 'missing')
    return { lacks: `the worker cannot run ${exec[0]} (${ended.why}). Install it where the worker runs` };
  if (ended.end === 'late')
    return {
      lacks: `"${said}" did not finish within ${WITHIN_MS / 1_000} s and was stopped. Does it wait for a login?`,
    };
  const { status, stdout, stderr } = ended;
  if (status !== 0) {
    const last = stderr.trim().split('\n').at(-1)!;
    // Its output may contain the value, and its environment a login.
    const logins = Object.entries(env).flatMap(([name, value]) => (value && looksSecret(name) ? [value] : []));
    return {
      lacks: `"${said}" ended with ${status === null ? 'a signal' : `exit status ${status}`}${last ? `: ${redact(last, [stdout.trim(), ...logins])}` : ''}`,
    };
  }
  const value = withoutNewline(stdout);
  return value ? { value } : { lacks: `"${said}" printed nothing` };
}

const withoutNewline = (text: string) => text.replace(/\r?\n$/, '');
