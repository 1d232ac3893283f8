import { types } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { type Failure, PERMANENT, TRANSIENT } from '../../src/model/failure';

/** No retry can help: no such image, unauthorized, a bad Dockerfile. The failure travels as the error's detail. */
export function permanent(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    type: PERMANENT,
    message: failure.message,
    details: [failure],
    nonRetryable: true,
  });
}

/** The failure an error of ours carries; otherwise undefined. */
export function failureIn(error: unknown): Failure | undefined {
  const isOurs = error instanceof ApplicationFailure && (error.type === PERMANENT || error.type === TRANSIENT);
  return isOurs ? (error.details?.[0] as Failure | undefined) : undefined;
}

/** Names of errors that indicate a bug. */
const DEFECTS = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/**
 * Turns an error caused by our own bug into a permanent failure (kind `defect`), because another attempt would fail
 * the same way. Other errors stay. `fetch` wraps network errors in a TypeError with a cause.
 */
export function asDefect(error: unknown): unknown {
  if (!(types.isNativeError(error) && DEFECTS.has(error.name)) || error.cause !== undefined) return error;
  return permanent({
    kind: 'defect',
    message: `bug in windlass, which no retry can fix: ${error.name}: ${error.message}. Please report it with the worker's log`,
    lastLines: error.stack
      ?.split('\n')
      .slice(1, 6)
      .map((line) => line.trim()),
  });
}

/** The same error with another failure. An error without one stays, but a bug becomes one. */
export function mapFailure(thrown: unknown, change: (failure: Failure) => Failure): unknown {
  const error = asDefect(thrown);
  const failure = failureIn(error);
  if (!failure) return error;
  return (error as ApplicationFailure).type === PERMANENT ? permanent(change(failure)) : transient(change(failure));
}

/** Another attempt may help: a time-out, a refused connection, a 5xx answer. */
export function transient(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({ type: TRANSIENT, message: failure.message, details: [failure] });
}
