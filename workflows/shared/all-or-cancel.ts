import { CancellationScope, isCancellation } from '@temporalio/workflow';

/**
 * Runs work in parallel. The first failure cancels the rest and is thrown when all have ended.
 * `begun` receives their scope, for a caller that may cancel them.
 */
export async function allOrCancel<T>(
  works: (() => Promise<T>)[],
  begun?: (scope: CancellationScope) => void,
): Promise<T[]> {
  return await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    begun?.(scope);
    const cancelOthers = (error: unknown) => {
      scope.cancel();
      throw error;
    };
    const results = await Promise.allSettled(works.map((work) => work().catch(cancelOthers)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) throw failures.find((error) => !isCancellation(error)) ?? failures[0];
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  });
}
