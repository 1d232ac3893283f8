import type { RolloutProgress } from '../../src/model/environment/progress';
import { failureLines } from './failure';
import { itemize, type Item } from './items';
import type { Line, Mark } from './terminal/line';
import { duration } from './terminal/time';
import { type Rollouts, rolloutKey, type View, warningsOf } from './view';
import { heldLines, questionLines, retryLines, waitingLines } from './waiting';

/** The number of steps shown per phase. */
const STEPS_SHOWN = 12;

/** A tree of stages, phases and steps: finished ones are folded, running ones open, failed ones explained. */
export function treeLines(view: View, rollouts: Rollouts, now: number): Line[] {
  const items = itemize(view, rollouts);
  const waiting = waitingFor(view, rollouts);
  const open = items.findLastIndex((item) => item.state === 'running');
  const body = items.flatMap((item, index) => [
    ...itemLines(item, 0, now),
    ...(index === open ? waiting.map((line) => ({ ...line, depth: line.depth + 1 })) : []),
  ]);
  return [
    titleLine(view, now),
    ...body,
    ...(open < 0 ? waiting : []),
    ...endLines(view, rollouts, items),
    ...silenceLines(view),
  ];
}

function titleLine(view: View, now: number): Line {
  const right = view.startedAt === undefined ? undefined : duration((view.endedAt ?? now) - view.startedAt);
  return { depth: 0, text: view.title, right, tone: 'title' };
}

function itemLines(item: Item, depth: number, now: number): Line[] {
  const own: Line = { depth, mark: markOf(item), text: item.label, detail: item.detail, right: timeOf(item, now) };
  const isOpen = item.kind !== 'step' && !isOver(item);
  const below = isOpen ? childLines(item, depth + 1, now) : [];
  return [own, ...below, ...(item.failure && !saysChild(item) ? failureLines(item.failure, depth + 2) : [])];
}

/** A phase can have hundreds of steps: the important ones are shown, the rest counted. */
function childLines(item: Item, depth: number, now: number): Line[] {
  const shown = item.kind === 'phase' ? mostTelling(item.children) : item.children.filter((child) => !isEmpty(child));
  const hidden = item.kind === 'phase' ? item.children.filter((child) => !shown.includes(child)) : [];
  const rest: Line[] = hidden.length > 0 ? [{ depth, text: `… ${count(hidden)}`, tone: 'quiet' }] : [];
  return [...shown.flatMap((child) => itemLines(child, depth, now)), ...rest];
}

function mostTelling(steps: Item[]): Item[] {
  if (steps.length <= STEPS_SHOWN) return steps;
  const ranked = [...steps].sort((a, b) => rank(a) - rank(b));
  const chosen = new Set(ranked.slice(0, STEPS_SHOWN));
  return steps.filter((step) => chosen.has(step));
}

const ORDER: Item['state'][] = [
  'failed',
  'undoing',
  'running',
  'skipped',
  'undone',
  'waiting',
  'done',
  'cancelled',
  'rejected',
];
const rank = (item: Item) => (item.failure ? -1 : ORDER.indexOf(item.state));

/** `31 done, 4 waiting` */
function count(items: Item[]): string {
  const states = [...new Set(items.map((item) => item.state))];
  return states.map((state) => `${items.filter((item) => item.state === state).length} ${state}`).join(', ');
}

/** A phase without steps. The commit has none either, but is a point in time. */
const isEmpty = (item: Item) => item.kind === 'phase' && item.children.length === 0 && item.label !== 'commit';

/** Succeeded and cleanly undone items are folded. */
const isOver = (item: Item) =>
  FOLDED.includes(item.state) ||
  (item.kind === 'phase' && item.state === 'undone' && !item.children.some((step) => step.failure));
const FOLDED: Item['state'][] = ['waiting', 'done', 'skipped', 'rejected'];

/** A failure is shown once, at the step where it happened. */
const saysChild = (item: Item): boolean =>
  item.children.some((child) => child.failure?.message === item.failure?.message || saysChild(child));

function markOf(item: Item): Mark {
  if (item.state === 'cancelled' || item.state === 'rejected') return 'failed';
  if (item.state === 'undone' && item.failure) return 'failed';
  return item.state;
}

function timeOf(item: Item, now: number): string | undefined {
  const isGoingBack = item.state === 'undoing' || item.state === 'undone';
  if (item.startedAt === undefined || isGoingBack) return undefined;
  return duration((item.endedAt ?? now) - item.startedAt);
}

/** A rollout's question says more than the release's wait for it; a hold has its reason. */
function waitingFor(view: View, rollouts: Rollouts): Line[] {
  const running = view.stages.filter((stage) => stage.state === 'running' && stage.rollout);
  const known = running.map((stage) => rollouts[rolloutKey(stage.rollout!)]).filter((one) => one !== undefined);
  const questions = known.flatMap((rollout) => questionLines(rollout, 0, isTold(rollout)));
  const holds = known.flatMap((rollout) => heldLines(rollout, 0));
  const waits = view.waitingFor && questions.length === 0 ? waitingLines(view, view.waitingFor, 0) : [];
  const retries = (view.retries ?? []).flatMap((retry) => retryLines(retry, 0));
  return [...retries, ...holds, ...questions, ...waits];
}

/** The step that asks shows its own failure. */
const isTold = ({ question, steps }: RolloutProgress) =>
  question !== undefined && steps[question.step]?.failure !== undefined;

function endLines(view: View, rollouts: Rollouts, items: Item[]): Line[] {
  const warnings = warningsOf(view, rollouts).map((text): Line => ({ depth: 0, text: `! ${text}`, tone: 'warn' }));
  const told = items.some(
    (item) => item.failure?.message === view.failure?.message || saysChild({ ...item, failure: view.failure }),
  );
  return [...warnings, ...(view.failure && !told ? failureLines(view.failure, 0) : [])];
}

const silenceLines = (view: View): Line[] =>
  view.silence ? [{ depth: 0, mark: 'asking', text: view.silence, tone: 'warn' }] : [];
