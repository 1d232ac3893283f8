import { ApplicationFailure } from '@temporalio/common';
import { type Failure, PERMANENT, TRANSIENT } from '../../src/model/failure';

/** No retry can mend it: no such image, unauthorised, a bad Dockerfile. The failure travels as the error's detail. */
export function permanent(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    type: PERMANENT,
    message: failure.message,
    details: [failure],
    nonRetryable: true,
  });
}

/** What an error of ours carries; undefined of any other. */
export function failureIn(error: unknown): Failure | undefined {
  const isOurs = error instanceof ApplicationFailure && (error.type === PERMANENT || error.type === TRANSIENT);
  return isOurs ? (error.details?.[0] as Failure | undefined) : undefined;
}

/** The same error about another failure; one that carries none goes on as it is. */
export function mapFailure(error: unknown, change: (failure: Failure) => Failure): unknown {
  const failure = failureIn(error);
  if (!failure) return error;
  return (error as ApplicationFailure).type === PERMANENT ? permanent(change(failure)) : transient(change(failure));
}

/** Another attempt may mend it: a time-out, a refused connection, an answer of 5xx. */
export function transient(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({ type: TRANSIENT, message: failure.message, details: [failure] });
}
