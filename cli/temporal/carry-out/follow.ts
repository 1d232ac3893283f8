import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, type WorkflowHandle, WorkflowFailedError } from '@temporalio/client';
import { type Failure, wordsOfCause } from '../../../src/model/failure';
import type {
  ReleaseProgress,
  Retry,
  RollbackProgress,
  RolloutProgress,
  StageProgress,
} from '../../../src/model/environment/progress';
import { releaseProgress, rollbackProgress, rolloutProgress } from '../../../workflows/messages';
import type { Temporal } from '../../client';
import type { Screen } from '../../print/terminal/screen';
import { duration } from '../../print/terminal/time';
import { type Rollouts, rolloutKey, type View, viewOfRelease, viewOfRollback, warningsOf } from '../../print/view';
import { isMissing } from '../connect/calls';
import { readRetries } from '../connect/retries';

/** How often the release is asked: often enough to look live, rarely enough to be cheap. */
const POLL_MS = 300;
const POLL_WAITING_MS = 1_000;
const ANSWER_MS = 2_000;
/** How often Temporal is asked about retries. */
const RETRIES_MS = 2_000;

export interface Followed<Progress> {
  /** The last report; undefined if there was none. */
  progress?: Progress;
  view?: View;
  warnings: string[];
  /** Retries at the last look. */
  retries: Retry[];
  /** Ctrl-C was pressed; the release continues. */
  interrupted: boolean;
}

/** Follows a release until it has ended, `enough` returns true, or Ctrl-C. */
export function followRelease(
  temporal: Temporal,
  handle: WorkflowHandle,
  screen: Screen,
  enough: (progress: ReleaseProgress, view: View) => boolean,
): Promise<Followed<ReleaseProgress>> {
  const query = () => handle.query(releaseProgress);
  return new Following(temporal, handle, screen, query, viewOfRelease, enough).run();
}

/** Follows a rollback or another request to an environment; `known` stands in until its first report. */
export function followAsked(
  temporal: Temporal,
  handle: WorkflowHandle,
  screen: Screen,
  known: { release?: string; title?: string },
): Promise<Followed<RollbackProgress>> {
  const startedAt = Date.now();
  const query = () => handle.query(rollbackProgress);
  const view = (progress: RollbackProgress) =>
    viewOfRollback({ release: known.release, ...progress }, startedAt, Date.now(), known.title);
  return new Following(temporal, handle, screen, query, view, ({ asking }) => asking !== undefined).run();
}

class Following<Progress extends { status: View['status']; failure?: Failure }> {
  private readonly rollouts: Rollouts = {};
  /** A rollout's progress: awaiting its end, ended, last report read. */
  private readonly heard = new Map<string, 'awaited' | 'over' | 'settled'>();
  private progress?: Progress;
  private ended = false;
  private report?: Progress;
  private interrupted = false;
  /** Closes the long polls for an end, which would keep the process alive. */
  private readonly left = new AbortController();
  /** Cuts the pause between two polls short, because something has ended. */
  private wake = () => {};
  private isNew = false;
  private silentSince?: number;
  private lost = '';
  private retries: Retry[] = [];
  private retriesAt = 0;

  constructor(
    private readonly temporal: Temporal,
    private readonly handle: WorkflowHandle,
    private readonly screen: Screen,
    private readonly query: () => Promise<Progress>,
    private readonly viewOf: (progress: Progress) => View,
    private readonly enough: (progress: Progress, view: View) => boolean,
  ) {
    // The client adds a listener for every long poll, and a release may take days: no leak.
    setMaxListeners(0, this.left.signal);
  }

  async run(): Promise<Followed<Progress>> {
    const interrupt = () => {
      this.interrupted = true;
      this.tellNews();
    };
    for (const signal of SIGNALS) process.once(signal, interrupt);
    void this.awaitEnd().then(() => this.tellNews());
    try {
      for (;;) {
        const over = this.ended;
        this.isNew = false;
        await this.hear();
        const view = this.show();
        if (over || this.interrupted || (this.progress && view && this.enough(this.progress, view))) break;
        const pause = view?.waitingFor?.kind === 'approval' ? POLL_WAITING_MS : POLL_MS;
        await this.untilNews(pause);
      }
    } finally {
      for (const signal of SIGNALS) process.removeListener(signal, interrupt);
      this.left.abort();
      this.screen.end();
    }
    const view = this.progress && this.viewOf(this.progress);
    return {
      progress: this.progress,
      view,
      warnings: view ? warningsOf(view, this.rollouts) : [],
      retries: this.retries,
      interrupted: this.interrupted,
    };
  }

  /** The server reports the end; a query alone would miss a termination. */
  private async awaitEnd(): Promise<void> {
    while (!this.left.signal.aborted) {
      try {
        this.hearLast(await this.untilOver(this.handle));
        return;
      } catch (error) {
        if (error instanceof WorkflowFailedError) return this.hearLast(reportOf(error), error);
        if (isMissing(error)) return this.hearLast(undefined);
        await sleep(POLL_WAITING_MS, undefined, { signal: this.left.signal }).catch(() => undefined);
      }
    }
  }

  private untilOver(handle: WorkflowHandle): Promise<unknown> {
    return this.temporal.client.withAbortSignal(this.left.signal, () => handle.result());
  }

  private tellNews(): void {
    this.isNew = true;
    this.wake();
  }

  private untilNews(atMostMs: number): Promise<void> {
    if (this.isNew) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private hearLast(report: unknown, error?: WorkflowFailedError): void {
    if (report) this.report = report as Progress;
    else if (error) this.lost = wordsOfCause(error);
    this.ended = true;
  }

  private async hear(): Promise<void> {
    try {
      await this.temporal.client.withDeadline(Date.now() + ANSWER_MS, async () => {
        // The rollouts' reports must not be older than the stages shown with them.
        this.progress = this.report ?? (await this.query());
        await this.hearRollouts();
        await this.hearRetries();
      });
      this.silentSince = undefined;
    } catch {
      this.silentSince ??= Date.now();
    }
    if (!this.ended || !this.lost || !this.progress || this.progress.status !== 'running') return;
    const message = `it was ended in Temporal without an undo: ${this.lost}. The environment now restores its recorded release`;
    this.progress = { ...this.progress, status: 'failed', failure: { kind: 'terminated', message } };
  }

  /** Whatever is still running may be failing repeatedly. */
  private async hearRetries(): Promise<void> {
    if (this.progress?.status !== 'running') this.retries = [];
    else if (Date.now() - this.retriesAt >= RETRIES_MS) {
      const running = this.viewOf(this.progress).stages.filter(({ state }) => state === 'running');
      const rollouts = running.flatMap(({ rollout }) =>
        rollout ? [this.temporal.client.workflow.getHandle(rollout.workflowId, rollout.runId)] : [],
      );
      const found = await Promise.all([this.handle, ...rollouts].map((handle) => readRetries(this.temporal, handle)));
      this.retries = found.flat();
      this.retriesAt = Date.now();
    }
  }

  private async hearRollouts(): Promise<void> {
    const stages = this.progress ? this.viewOf(this.progress).stages : [];
    await Promise.all(stages.filter((stage) => stage.rollout).map((stage) => this.hearRollout(stage)));
  }

  /** A finished rollout never changes: it is read once more, for its last steps, before the release ends. */
  private async hearRollout({ rollout, state }: StageProgress): Promise<void> {
    if (!rollout) return;
    const key = rolloutKey(rollout);
    const heard = this.heard.get(key);
    if (heard === 'settled') return;
    const handle = this.temporal.client.workflow.getHandle(rollout.workflowId, rollout.runId);
    if (!heard) this.awaitRollout(key, handle);
    this.rollouts[key] = await handle.query<RolloutProgress>(rolloutProgress);
    if (state !== 'running' || heard === 'over') this.heard.set(key, 'settled');
  }

  private awaitRollout(key: string, handle: WorkflowHandle): void {
    this.heard.set(key, 'awaited');
    const noted = () => {
      if (this.heard.get(key) === 'awaited') this.heard.set(key, 'over');
      this.tellNews();
    };
    this.untilOver(handle).then(noted, (error) => error instanceof WorkflowFailedError && noted());
  }

  private show(): View | undefined {
    if (!this.progress) return undefined;
    const view = this.viewOf(this.progress);
    this.screen.show({ ...view, retries: this.retries, silence: this.silence() }, this.rollouts, Date.now());
    return view;
  }

  private silence(): string | undefined {
    const ms = this.silentSince === undefined ? 0 : Date.now() - this.silentSince;
    return ms < ANSWER_MS ? undefined : `no worker has answered for ${duration(ms)}; it continues when one is back`;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** A failed release carries its report as the failure's detail. */
function reportOf(error: WorkflowFailedError): unknown {
  const detail: unknown = error.cause instanceof ApplicationFailure ? error.cause.details?.[0] : undefined;
  return typeof detail === 'object' && detail !== null && 'status' in detail ? detail : undefined;
}
