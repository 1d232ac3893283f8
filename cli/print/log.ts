import type { Failure } from '../../src/model/failure';
import { failureLines } from './failure';
import { type Item, itemize, type ItemState } from './items';
import type { Line, Mark } from './line';
import { clock, duration } from './time';
import { type Rollouts, rolloutKey, type View, warningsOf } from './view';
import { heldLines, questionLines, waitingLines } from './waiting';

/** After so long without news a log says what goes on: CI ends jobs that are silent. */
const SILENT_MS = 60_000;

/** Steps that are quick have one line, of their end. */
const QUICK_MS = 1_500;

/** What was told already. */
export interface Told {
  /** Is this not the first that is told? */
  begun: boolean;
  states: Record<string, ItemState>;
  /** Waits, holds, silences: told once, and again when they come again. */
  remarks: string[];
  warnings: number;
  /** The sentences of failures: a step's is its stage's, and the release's. */
  failures: string[];
  lastAt: number;
}

export const nothingTold = (now: number): Told => ({
  begun: false,
  states: {},
  remarks: [],
  warnings: 0,
  failures: [],
  lastAt: now,
});

/** A log tells changes: a line when something begins or ends. Returns them, and what is told with them. */
export function logLines(view: View, rollouts: Rollouts, now: number, told: Told): { lines: Line[]; told: Told } {
  const items = itemize(view, rollouts);
  const known = { ...(told.begun ? {} : foldedStates(items)), ...told.states };
  // A beginning that is told late is told in its place, or the times would go back.
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

/** Whoever comes late is told of stages that went well, not of each of their steps. */
function foldedStates(items: Item[]): Told['states'] {
  const over = items.filter((stage) => stage.state === 'done' || stage.state === 'skipped');
  const steps = over.flatMap((stage) => flatten(stage.children).map(({ item }) => item));
  return Object.fromEntries(steps.map((step) => [step.key, step.state]));
}

function isNews(item: Item, known: Told['states'], now: number): boolean {
  if (item.state === (known[item.key] ?? 'waiting')) return false;
  const isQuick = now - (item.startedAt ?? now) < QUICK_MS;
  return !(item.kind === 'step' && item.state === 'running' && isQuick);
}

interface Placed {
  item: Item;
  /** The labels above it. */
  path: string[];
}

/** In the order in which things happen: a stage begins before its steps, and ends after them. Phases are told by their steps. */
function flatten(items: Item[], path: string[] = []): Placed[] {
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

/** The first line carries the time, the others stand below its text. */
function stamp(lines: Line[], now: number): Line[] {
  return lines.map((line, index) =>
    index === 0
      ? { ...line, depth: 0, mark: undefined, text: `${clock(now)} ${markSign(line.mark)}${line.text}` }
      : { ...line, depth: line.depth + 5 },
  );
}
const markSign = (mark: Mark | undefined) => (mark === 'asking' ? '? ' : '');
