/**
 * Loaded into the bundle before all workflows (`parts/ready.mjs`). The SDK takes the stack of every promise that a workflow
 * makes, for a query that shows where it stands; that is a fifth of the time of a workflow task, and where a rollout stands is
 * told by its progress. So no stacks are taken here. A failure whose words do not tell its place is found by replaying its
 * history, as `test/replay` does with the workflows as they are.
 */
Error.stackTraceLimit = 0;
