import type { Failure } from '../src/model/failure';
import { mapFailure } from './drivers/errors';

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
    const known = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
    throw mapFailure(error, (failure) => ({ ...known, ...failure }));
  }
}
