import type { Temporal } from '../client';
import { Told } from '../errors';
import { requireWorker } from './workers';

/** How long an answer may take that a worker gives at once. */
const QUERY_MS = 5_000;
const UPDATE_MS = 30_000;

/** Asks a workflow; when nobody answers in time it says whether a worker is there at all. */
export const ask = <T>(temporal: Temporal, query: () => Promise<T>): Promise<T> => within(temporal, QUERY_MS, query);

/** Tells a workflow something, and waits for what it says to it. */
export const tell = <T>(temporal: Temporal, update: () => Promise<T>): Promise<T> =>
  within(temporal, UPDATE_MS, update);

async function within<T>(temporal: Temporal, ms: number, call: () => Promise<T>): Promise<T> {
  try {
    return await temporal.client.withDeadline(Date.now() + ms, call);
  } catch (error) {
    if (isLate(error)) await requireWorker(temporal);
    throw error;
  }
}

/** The time that was given is up, or nobody was there to answer. */
export function isLate(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause as unknown) {
    const { code, details } = cause as { code?: number; details?: string };
    if (code === 4 || /no poller/i.test(details ?? '')) return true;
  }
  return error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
}

/** Replaces "no such workflow" by words for what was meant. */
export async function orMissing<T>(call: Promise<T>, message: string, next?: string): Promise<T> {
  return call.catch((error: unknown) => {
    if (isMissing(error)) throw new Told(message, undefined, next);
    throw error;
  });
}

/** No such workflow, or it has ended and takes no messages any more. */
export const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'WorkflowNotFoundError';
