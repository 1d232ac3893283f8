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

/** Another attempt may mend it: a time-out, a refused connection, an answer of 5xx. */
export function transient(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({ type: TRANSIENT, message: failure.message, details: [failure] });
}
