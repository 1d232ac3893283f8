import { patched } from '@temporalio/workflow';

/**
 * Since this change nobody waits for what need not be waited for: the ledger is written while work goes on, and what only
 * looks is let go at once. One patch for both, for each is events in every history.
 */
export const waitsForLess = (): boolean => patched('waits-for-less');
