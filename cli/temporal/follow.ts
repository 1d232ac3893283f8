import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, type WorkflowHandle, WorkflowFailedError } from '@temporalio/client';
import { type Failure, wordsOfCause } from '../../src/model/failure';
import type { ReleaseProgress, RollbackProgress, RolloutProgress, StageProgress } from '../../src/model/progress';
import { releaseProgress, rollbackProgress, rolloutProgress } from '../../workflows/messages';
import type { Temporal } from '../client';
import type { Screen } from '../print/screen';
import { duration } from '../print/time';
import { type Rollouts, rolloutKey, type View, viewOfRelease, viewOfRollback } from '../print/view';
import { isMissing } from './calls';

/** How often a release is asked: often enough to look alive, seldom enough to cost nothing. */
const POLL_MS = 300;
const POLL_WAITING_MS = 1_000;
const ANSWER_MS = 2_000;

export interface Followed<Progress> {
  /** The last that was heard; undefined when nothing ever was. */
  progress?: Progress;
  view?: View;
  /** Ctrl-C: the release goes on. */
  interrupted: boolean;
}

/** Follows a release until it has ended, `enough` says so, or Ctrl-C. */
export function followRelease(
  temporal: Temporal,
  handle: WorkflowHandle,
  screen: Screen,
  enough: (progress: ReleaseProgress, view: View) => boolean,
): Promise<Followed<ReleaseProgress>> {
  const query = () => handle.query(releaseProgress);
  return new Following(temporal, handle, screen, query, viewOfRelease, enough).run();
}

/** Follows a rollback, or whatever else is asked of an environment; `known` is said until it says more itself. */
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
  /** How far each rollout is: its end is awaited, it has come to it, it has said its last. */
  private readonly heard = new Map<string, 'awaited' | 'over' | 'settled'>();
  private progress?: Progress;
  private ended = false;
  private report?: Progress;
  private interrupted = false;
  /** Lets go of the long polls for an end, which would keep the process alive. */
  private readonly left = new AbortController();
  /** Ends the pause between two questions, for something has ended. */
  private wake = () => {};
  private isNew = false;
  private silentSince?: number;
  private lost = '';

  constructor(
    private readonly temporal: Temporal,
    private readonly handle: WorkflowHandle,
    private readonly screen: Screen,
    private readonly query: () => Promise<Progress>,
    private readonly viewOf: (progress: Progress) => View,
    private readonly enough: (progress: Progress, view: View) => boolean,
  ) {
    // The client listens anew with every long poll, and a release may wait for days: that is no leak to warn of.
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
    return {
      progress: this.progress,
      view: this.progress && this.viewOf(this.progress),
      interrupted: this.interrupted,
    };
  }

  /** The server tells the end; asking the workflow alone would miss that it was terminated. */
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
        // What the rollouts say must not be older than what is shown of the stages.
        this.progress = this.report ?? (await this.query());
        await this.hearRollouts();
      });
      this.silentSince = undefined;
    } catch {
      this.silentSince ??= Date.now();
    }
    if (!this.ended || !this.lost || !this.progress || this.progress.status !== 'running') return;
    const message = `it ended in Temporal without going back: ${this.lost}. The environment takes itself back to what is recorded`;
    this.progress = { ...this.progress, status: 'failed', failure: { kind: 'terminated', message } };
  }

  private async hearRollouts(): Promise<void> {
    const stages = this.progress ? this.viewOf(this.progress).stages : [];
    await Promise.all(stages.filter((stage) => stage.rollout).map((stage) => this.hearRollout(stage)));
  }

  /** A rollout that is over says the same for ever: it is asked once more, for its last steps, while its release still ends. */
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
    this.screen.show({ ...view, silence: this.silence() }, this.rollouts, Date.now());
    return view;
  }

  private silence(): string | undefined {
    const ms = this.silentSince === undefined ? 0 : Date.now() - this.silentSince;
    return ms < ANSWER_MS ? undefined : `no worker has answered for ${duration(ms)}; it goes on when one is back`;
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** A release that did not succeed fails with its report as the detail. */
function reportOf(error: WorkflowFailedError): unknown {
  const detail: unknown = error.cause instanceof ApplicationFailure ? error.cause.details?.[0] : undefined;
  return typeof detail === 'object' && detail !== null && 'status' in detail ? detail : undefined;
}
