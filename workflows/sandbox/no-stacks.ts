/**
 * Loaded before all workflows (`parts/ready.mjs`). The SDK records the stack of every promise for a query, which
 * takes a fifth of a workflow task. Our progress queries replace it, so no stacks are taken here. To find where an
 * unclear failure comes from, replay its history as `test/replay` does.
 */
Error.stackTraceLimit = 0;
