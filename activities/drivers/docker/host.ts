import type Docker from 'dockerode';
import { transient } from '../errors';
import { classify } from './errors';

export interface Host {
  name: string;
  docker: Docker;
}

/** The time limit of a short call. The engine's own locks can delay it for seconds. */
export const ANSWERS_WITHIN_MS = 60_000;

/** The call's time limit in ms (0: none) and its abort signal, whose reason it then throws. */
export interface Limits {
  withinMs?: number;
  signal?: AbortSignal;
}

/** Calls the engine. `doing` describes the call for messages: `create container x`. Errors are classified. */
export async function ask<T>(host: Host, doing: string, call: () => Promise<T>, limits: Limits = {}): Promise<T> {
  const { withinMs = ANSWERS_WITHIN_MS, signal } = limits;
  try {
    signal?.throwIfAborted();
    return await limit(call(), { withinMs, signal }, () => tooLong(host, doing, withinMs));
  } catch (error) {
    signal?.throwIfAborted();
    throw classify(error, { host: host.name, doing });
  }
}

/** Like `ask`, but returns undefined for statuses that mean there is nothing to do (304, 404, 409). */
export async function askUnless<T>(
  host: Host,
  statuses: number[],
  doing: string,
  call: () => Promise<T>,
  limits?: Limits,
): Promise<T | undefined> {
  const tolerant = () =>
    call().catch((error: { statusCode?: number }) => {
      if (error.statusCode !== undefined && statuses.includes(error.statusCode)) return undefined;
      throw error;
    });
  return ask(host, doing, tolerant, limits);
}

async function limit<T>(answer: Promise<T>, { withinMs, signal }: Limits, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    if (withinMs) timer = setTimeout(() => reject(late()), withinMs);
    stop = () => reject(signal!.reason as Error);
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const tooLong = (host: Host, doing: string, ms: number) =>
  transient({
    message: `${doing}: the engine of ${host.name} did not answer within ${ms / 1_000} s. Check that it is not overloaded`,
    kind: 'timeout',
    host: host.name,
  });
