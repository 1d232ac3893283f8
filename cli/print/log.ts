import type { Failure } from '../../src/model/failure';
import { failureLines } from './failure';
import { type Item, itemize, type ItemState } from './items';
import type { Line, Mark } from './terminal/line';
import { clock, duration } from './terminal/time';
import { type Rollouts, rolloutKey, type View, warningsOf } from './view';
import { heldLines, questionLines, retryLines, waitingLines } from './waiting';

/** After this long without news the log prints what is going on, because CI ends silent jobs. */
const SILENT_MS = 60_000;

/** Faster steps get one line, at their end. */
const QUICK_MS = 1_500;

/** What the log has printed so far. */
export interface Printed {
  /** False for the first report. */
  begun: boolean;
  states: Record<string, ItemState>;
  /** Waits, holds, silences: printed again when they recur. */
  remarks: string[];
  warnings: number;
  /** The sentences of failures. A step's failure is also its stage's and the release's. */
  failures: string[];
  lastAt: number;
}

export const nothingPrinted = (now: number): Printed => ({
  begun: false,
  states: {},
  remarks: [],
  warnings: 0,
  failures: [],
  lastAt: now,
});

/** Returns a line for everything that began or ended since `told`, and the updated state. */
export function logLines(view: View, rollouts: Rollouts, now: number, told: Printed): { lines: Line[]; told: Printed } {
  const items = itemize(view, rollouts);
  const known = { ...(told.begun ? {} : foldedStates(items)), ...told.states };
  // A late report of a beginning is printed in its place, so that times never go back.
  const timeOf = (item: Item) =>
    Math.max(happenedAt(item, now), told.begun && item.state === 'running' ? told.lastAt : 0);
  const changed = flatten(items)
    .filter(({ item }) => isNews(item, known, now))
    .sort((a, b) => timeOf(a.item) - timeOf(b.item));
  const warnings = warningsOf(view, rollouts);
  const remarks = remarksOf(view, rollouts);
  const news = remarks.filter(({ key }) => !told.remarks.includes(key));
  const failures = new Set(told.failures);
  const isNew = (failure: Failure | undefined): failure is Failure => {
    if (!failure || failures.has(failure.message)) return false;
    failures.add(failure.message);
    return true;
  };
  const lines = [
    ...changed.flatMap(({ item, path }) => [
      changeLine(item, path, timeOf(item)),
      ...(!GOING_BACK.includes(item.state) && isNew(item.failure) ? failureLines(item.failure, 5) : []),
    ]),
    ...news.flatMap(({ lines: said }) => stamp(said, now)),
    ...warnings.slice(told.warnings).flatMap((text) => stamp([{ depth: 0, text: `! ${text}`, tone: 'warn' }], now)),
    ...(isNew(view.failure) ? stamp(failureLines(view.failure, 0), now) : []),
  ];
  const still = lines.length === 0 && now - told.lastAt >= SILENT_MS ? stillLines(view, rollouts, now) : [];
  const said = [...lines, ...still];
  const states = Object.fromEntries(changed.map(({ item }) => [item.key, item.state]));
  return {
    lines: said,
    told: {
      begun: true,
      states: { ...known, ...states },
      remarks: remarks.map(({ key }) => key),
      warnings: warnings.length,
      failures: [...failures],
      lastAt: said.length > 0 ? now : told.lastAt,
    },
  };
}

/** For a late start: stages that succeeded get one line, without their steps. */
function foldedStates(items: Item[]): Printed['states'] {
  const over = items.filter((stage) => stage.state === 'done' || stage.state === 'skipped');
  const steps = over.flatMap((stage) => flatten(stage.children).map(({ item }) => item));
  return Object.fromEntries(steps.map((step) => [step.key, step.state]));
}

function isNews(item: Item, known: Printed['states'], now: number): boolean {
  if (item.state === (known[item.key] ?? 'waiting')) return false;
  const isQuick = now - (item.startedAt ?? now) < QUICK_MS;
  return !(item.kind === 'step' && item.state === 'running' && isQuick);
}

interface PlacedItem {
  item: Item;
  /** The labels of its ancestors. */
  path: string[];
}

/** In order of time: a stage begins before its steps and ends after them. Phases have no lines. */
function flatten(items: Item[], path: string[] = []): PlacedItem[] {
  return items.flatMap((item) => {
    const below = flatten(item.children, [...path, item.label]);
    if (item.kind === 'phase') return below;
    return item.state === 'running' ? [{ item, path }, ...below] : [...below, { item, path }];
  });
}

function changeLine(item: Item, path: string[], time: number): Line {
  const ended = item.startedAt !== undefined && item.endedAt !== undefined && !GOING_BACK.includes(item.state);
  const took = ended ? ` (${duration(item.endedAt! - item.startedAt!)})` : '';
  const where = [...path, item.label].join(' / ');
  return {
    depth: 0,
    text: `${clock(time)} ${WORDS[item.state].padEnd(8)} ${where}${took}${item.detail ? `  ${item.detail}` : ''}`,
    tone: item.state === 'failed' ? 'bad' : undefined,
  };
}

function happenedAt({ state, startedAt, endedAt }: Item, now: number): number {
  if (state === 'undoing') return now;
  return (state === 'running' ? startedAt : endedAt) ?? now;
}

const WORDS: Record<ItemState, string> = {
  waiting: 'waiting',
  running: 'begin',
  done: 'done',
  failed: 'FAILED',
  undoing: 'undo',
  undone: 'undone',
  skipped: 'skipped',
  cancelled: 'CANCELLED',
  rejected: 'REJECTED',
};
const GOING_BACK: ItemState[] = ['undoing', 'undone'];

interface Remark {
  key: string;
  lines: Line[];
}

function remarksOf(view: View, rollouts: Rollouts): Remark[] {
  const running = view.stages.filter((stage) => stage.state === 'running' && stage.rollout);
  const known = running.map((stage) => rollouts[rolloutKey(stage.rollout!)]).filter((one) => one !== undefined);
  const asked = known.filter((rollout) => rollout.question);
  const remarks: Remark[] = asked.map((rollout) => ({
    key: `ask ${rollout.question!.step}`,
    lines: questionLines(rollout, 0),
  }));
  for (const line of known.flatMap((rollout) => heldLines(rollout, 0))) remarks.push({ key: line.text, lines: [line] });
  if (view.waitingFor && asked.length === 0) {
    const lines = waitingLines(view, view.waitingFor, 0);
    remarks.push({ key: lines.map((line) => line.text).join('\n'), lines });
  }
  // Once per failure, not per attempt.
  for (const retry of view.retries ?? [])
    remarks.push({ key: `retry ${retry.activity} ${retry.failure.message}`, lines: retryLines(retry, 0) });
  if (view.silence) remarks.push({ key: 'silence', lines: [{ depth: 0, mark: 'asking', text: view.silence }] });
  return remarks;
}

function stillLines(view: View, rollouts: Rollouts, now: number): Line[] {
  const running = flatten(itemize(view, rollouts)).filter(({ item }) => item.state === 'running');
  const { item, path } = running.at(-1) ?? {};
  if (!item || !path) return [];
  const since = item.startedAt === undefined ? '' : `  ${duration(now - item.startedAt)}`;
  return stamp([{ depth: 0, text: `still    ${[...path, item.label].join(' / ')}${since}` }], now);
}

/** The first line carries the time; the others align with its text. */
function stamp(lines: Line[], now: number): Line[] {
  return lines.map((line, index) =>
    index === 0
      ? { ...line, depth: 0, mark: undefined, text: `${clock(now)} ${markSign(line.mark)}${line.text}` }
      : { ...line, depth: line.depth + 5 },
  );
}
const markSign = (mark: Mark | undefined) => (mark === 'asking' ? '? ' : '');
