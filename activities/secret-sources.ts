import { readFile } from 'node:fs/promises';
import type { SecretSource } from '../src/model/release';
import { looksSecret } from '../src/model/secret';
import { runSecretCommand } from './drivers/secret-command';
import { redact } from './redact';
import { Shared } from './waiting';

/** The environment of the worker. */
export type Env = Record<string, string | undefined>;

type Kind = SecretSource extends infer Source ? (Source extends unknown ? keyof Source : never) : never;
type Of<K extends Kind> = Extract<SecretSource, Record<K, unknown>>;
/** The value, or why there is none and what to do, in a sentence without it. */
export type Found = { value: string } | { lacks: string };

type Read<Source> = (source: Source, env: Env, fresh: boolean, signal?: AbortSignal) => Found | Promise<Found>;

/** How a secret is read from each kind of source. */
const sources = { env: readVariable, file: readSecretFile, exec: readCommand } satisfies {
  [K in Kind]: Read<Of<K>>;
};

/**
 * Reads a secret now; `fresh`: from where it is kept, whatever a command has printed a moment ago. A command is stopped when the
 * signal of the last who waits for it is given; whoever's is given hears its reason.
 */
export async function readSource(
  source: SecretSource,
  env: Env,
  fresh: boolean,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const [kind] = Object.keys(source) as [Kind];
  const read = sources[kind] as Read<SecretSource>;
  return await read(source, env, fresh, signal);
}

function readVariable({ env: name }: Of<'env'>, env: Env): Found {
  const value = env[name];
  if (value) return { value };
  return { lacks: `the worker has no variable ${name}. Set it where the worker is started, and start it again` };
}

async function readSecretFile({ file }: Of<'file'>): Promise<Found> {
  try {
    return { value: withoutNewline(await readFile(file, 'utf8')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { lacks: `the worker cannot read the file ${file} (${code}). Put it there, readable by the worker's user` };
  }
}

const WITHIN_MS = 10_000;
/** Every step of a rollout that makes a container needs the values; a store is not asked for each of a hundred. */
const KEPT_MS = 30_000;
const kept = new Map<string, { until: number; found: Shared<Found> }>();

function readCommand({ exec }: Of<'exec'>, env: Env, fresh: boolean, signal?: AbortSignal): Promise<Found> {
  const refusal = refuseCommand({ exec }, env);
  if (refusal) return Promise.resolve({ lacks: refusal });
  const key = JSON.stringify(exec);
  const known = kept.get(key);
  if (known && !fresh && !known.found.isStopped && Date.now() < known.until) return known.found.wait(signal);
  // What failed is asked again, and no value is kept longer than it is used.
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

/** The setting of the worker that says which programs may be run for a secret. */
const SETTING = 'WINDLASS_SECRET_COMMANDS';

/** Why a program may not be run for a secret; undefined where it may. */
export function refuseCommand({ exec: [program = ''] }: Of<'exec'>, env: Env): string | undefined {
  const allowed = (env[SETTING] ?? '').split(',').filter(Boolean);
  return allowed.includes(program) ? undefined : notAllowed(program, allowed);
}

const notAllowed = (program: string, allowed: string[]) =>
  `the worker may not run ${program}. Whoever may commit windlass.yaml could run it with any arguments; where that is meant, ` +
  `start the worker with ${SETTING}=${[...allowed, program].join(',')}`;

async function runCommand(exec: string[], env: Env, signal: AbortSignal): Promise<Found> {
  const said = exec.join(' ');
  const ended = await runSecretCommand(exec, env, WITHIN_MS, signal);
  if (ended.end === 'missing')
    return { lacks: `the worker cannot run ${exec[0]} (${ended.why}). Install it where the worker runs` };
  if (ended.end === 'late')
    return {
      lacks: `"${said}" printed no end of a value within ${WITHIN_MS / 1_000} s and was ended. Does it wait for a login?`,
    };
  const { status, stdout, stderr } = ended;
  if (status !== 0) {
    const last = stderr.trim().split('\n').at(-1)!;
    // What it has printed may be the value, and what it was given to log in with is one.
    const logins = Object.entries(env).flatMap(([name, value]) => (value && looksSecret(name) ? [value] : []));
    return {
      lacks: `"${said}" ended with ${status === null ? 'a signal' : `exit status ${status}`}${last ? `: ${redact(last, [stdout.trim(), ...logins])}` : ''}`,
    };
  }
  const value = withoutNewline(stdout);
  return value ? { value } : { lacks: `"${said}" printed nothing` };
}

const withoutNewline = (text: string) => text.replace(/\r?\n$/, '');
