/**
 * What was stored before a target had its name: plans and records of format 1 say `host` and `hosts`. This is the one place that
 * reads them; everything else knows today's form alone.
 */

/** An operation of a plan, in a history, a packed plan or a task that waits for a worker. */
export const readScope = <Scope extends object>(stored: Scope): Scope => renamed(stored, 'host', 'target');

/** A packed step, or the configuration of an environment, in a record or a draft. */
export const readTargets = <Owner extends object>(stored: Owner): Owner => renamed(stored, 'hosts', 'targets');

function renamed<T extends object>(stored: T, former: string, key: string): T {
  if (key in stored || !(former in stored)) return stored;
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name === former ? key : name, value as unknown]),
  ) as T;
}
