import { patched } from '@temporalio/workflow';

/**
 * Writes the ledger while work continues, and abandons read-only activities at once. One patch for
 * both, because each patch is an event in every history.
 */
export const waitsForLess = (): boolean => patched('waits-for-less');

/** Ends a release at once at a gate nobody can pass. Checked only there. */
export const refusesHopeless = (): boolean => patched('refuses-hopeless');

/** Since this change what operators say may have to be signed: asked only where somebody says something. */
export const checksStatements = (): boolean => patched('checks-statements');

/** Cancels planning when the release is cancelled. Checked only there, so that few histories have it. */
export const givesUpPlanning = (): boolean => patched('gives-up-planning');

/**
 * Keeps the queue complete while a rollout starts or is undone. Checked only where the code paths
 * differ, so that most histories have no event of it.
 */
export const losesNothing = (): boolean => patched('loses-nothing');
