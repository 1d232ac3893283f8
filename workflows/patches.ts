import { patched } from '@temporalio/workflow';

/**
 * Since this change nobody waits for what need not be waited for: the ledger is written while work goes on, and what only
 * looks is let go at once. One patch for both, for each is events in every history.
 */
export const waitsForLess = (): boolean => patched('waits-for-less');

/** Since this change planning is given up when it is not wanted any more: asked only where it would be, so that few histories have it. */
export const givesUpPlanning = (): boolean => patched('gives-up-planning');

/**
 * Since this change the line before an environment loses nothing while a rollout starts or is taken back. It is asked only where
 * the way differs, so that most histories have no event of it.
 */
export const losesNothing = (): boolean => patched('loses-nothing');
