import type { Temporal } from '../../client';
import { UserError } from '../../errors';
import { grpcOf, isNoAnswer } from '../../errors';
import { requireWorker } from './workers';

/** Limits the wait for an answer that a worker can give at once. */
const QUERY_MS = 5_000;
const UPDATE_MS = 30_000;

/** Queries a workflow. If no answer comes in time, the error says whether a worker is running. */
export const ask = <T>(temporal: Temporal, query: () => Promise<T>): Promise<T> => within(temporal, QUERY_MS, query);

/** Sends an update and waits for its result. */
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

/** The deadline has passed, or nobody was there to answer. */
export const isLate = (error: unknown): boolean =>
  isNoAnswer(grpcOf(error)) || (error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError');

/** Replaces "no such workflow" by the given message. */
export async function orMissing<T>(call: Promise<T>, message: string, next?: string): Promise<T> {
  return call.catch((error: unknown) => {
    if (isMissing(error)) throw new UserError(message, undefined, next);
    throw error;
  });
}

/** The workflow does not exist, or has ended and takes no messages. */
export const isMissing = (error: unknown): boolean => error instanceof Error && error.name === 'WorkflowNotFoundError';
