import type { History, Span } from './history';

/** Milliseconds by what they were spent on. */
export type Spent = Record<string, number>;

/** What a moment is spent on, when nothing of it is an activity's work. */
export const REST = {
  begin: 'program: start, until the workflow exists',
  wait: 'Temporal: an activity waits for the worker',
  task: 'Temporal: workflow task',
  between: 'Temporal: between workflows (signals, children)',
  end: 'program: from the end of the workflow to its own',
} as const;

/**
 * Says of every moment of a command what it was waited for: where any activity works it is that (shared evenly among
 * those that work at the same time), else what Temporal does between two of them. The first history is the command's own.
 */
export function splitTimeline(command: Span, histories: History[]): Spent {
  const spent: Spent = {};
  const cuts = cutsOf(command, histories);
  for (const [index, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[index + 1]!;
    const names = namesAt((from + to) / 2, histories);
    for (const name of names) spent[name] = (spent[name] ?? 0) + (to - from) / names.length;
  }
  return spent;
}

/** Every moment at which something begins or ends. */
function cutsOf(command: Span, histories: History[]): number[] {
  const all = histories.flatMap(({ whole, activities, tasks }) => [
    ...[whole, ...tasks, ...activities].flatMap(({ from, to }) => [from, to]),
    ...activities.flatMap(({ startedAt }) => startedAt ?? []),
  ]);
  const inside = all.filter((time) => time > command.from && time < command.to);
  return [...new Set([command.from, ...inside, command.to])].sort((a, b) => a - b);
}

function namesAt(moment: number, histories: History[]): string[] {
  const own = histories[0]!.whole;
  if (moment < own.from) return [REST.begin];
  if (moment > own.to) return [REST.end];
  const open = histories.flatMap(({ activities }) => activities.filter((one) => isIn(moment, one)));
  const working = open.filter(({ startedAt = Infinity }) => startedAt <= moment);
  if (working.length > 0) return working.map(({ type }) => type);
  if (open.length > 0) return [REST.wait];
  return histories.some(({ tasks }) => tasks.some((task) => isIn(moment, task))) ? [REST.task] : [REST.between];
}

const isIn = (moment: number, { from, to }: Span) => from <= moment && moment < to;
