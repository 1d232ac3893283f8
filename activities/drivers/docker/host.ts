import type Docker from 'dockerode';
import { transient } from '../errors';
import { classify } from './errors';

/** One engine: how it is spoken to, and how people call it. */
export interface Host {
  name: string;
  docker: Docker;
}

/** The longest that an engine may take for a short deed. Its own locks make it wait for seconds at times. */
export const ANSWERS_WITHIN_MS = 60_000;

/** How long a deed may take (0: as long as it likes), and what stops it: then it ends with the signal's own reason. */
export interface Limits {
  withinMs?: number;
  signal?: AbortSignal;
}

/** Asks the engine for something. `doing` says what, for messages: `create container x`. Errors come classified. */
export async function ask<T>(host: Host, doing: string, deed: () => Promise<T>, limits: Limits = {}): Promise<T> {
  const { withinMs = ANSWERS_WITHIN_MS, signal } = limits;
  try {
    signal?.throwIfAborted();
    return await limit(deed(), { withinMs, signal }, () => tooLong(host, doing, withinMs));
  } catch (error) {
    signal?.throwIfAborted();
    throw classify(error, { host: host.name, doing });
  }
}

/** As `ask`, where some statuses mean that there is nothing to do (304, 404, 409). Undefined then. */
export async function askUnless<T>(
  host: Host,
  statuses: number[],
  doing: string,
  deed: () => Promise<T>,
  limits?: Limits,
): Promise<T | undefined> {
  const tolerant = () =>
    deed().catch((error: { statusCode?: number }) => {
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
