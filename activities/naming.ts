import { ApplicationFailure } from '@temporalio/common';
import { type Failure, PERMANENT, TRANSIENT } from '../src/model/failure';
import { permanent, transient } from './drivers/errors';

/** Where something failed: what only the activity knows, and a driver does not. */
type Where = Pick<Failure, 'operation' | 'host' | 'service'>;

/**
 * Does a deed; a failure of it that does not say yet of which operation, host and service it is, says so from here on.
 * An error that is none of ours, as a stopped activity's, goes on as it is.
 */
export async function naming<T>(where: Where, deed: () => Promise<T>): Promise<T> {
  try {
    return await deed();
  } catch (error) {
    throw complete(error, where);
  }
}

function complete(error: unknown, where: Where): unknown {
  if (!(error instanceof ApplicationFailure) || (error.type !== PERMANENT && error.type !== TRANSIENT)) return error;
  const failure = error.details?.[0] as Failure | undefined;
  if (!failure) return error;
  const known = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
  const named: Failure = { ...known, ...failure };
  return error.type === PERMANENT ? permanent(named) : transient(named);
}
