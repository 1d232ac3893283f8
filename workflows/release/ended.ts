import type { Failure } from '../../src/model/failure';
import type { ReleaseStatus } from '../../src/model/release';

/** Ends a release for a reason other than an error. */
export class Ended extends Error {
  constructor(
    readonly status: Exclude<ReleaseStatus, 'done'>,
    readonly failure: Failure,
  ) {
    super(failure.message);
  }
}
