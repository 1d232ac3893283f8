import type { Failure } from '../src/model/failure';
import { mapFailure } from './drivers/errors';

type Where = Pick<Failure, 'operation' | 'host' | 'service'>;

/**
 * Runs `work` and adds operation, host and service to its failure where they are missing. Other
 * errors, such as a stopped activity's, pass unchanged.
 */
export async function naming<T>(where: Where, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
    throw mapFailure(error, (failure) => ({ ...known, ...failure }));
  }
}
