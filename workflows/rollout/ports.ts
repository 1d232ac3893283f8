import { condition, isCancellation } from '@temporalio/workflow';
import type { Failure } from '../../src/model/failure';
import { describeOperation, type Operation, type PhaseName, type Step } from '../../src/model/plan';
import type { OperatorAnswer, OfferedAnswers } from '../../src/model/approval/question';
import { type Ports, StepFailed, Stopped } from '../../src/plan/carry-out';
import { targetsOf } from '../../src/plan/exclude';
import { rolloutCommitted } from '../messages';
import { toFailure } from '../shared/activities';
import { allOrCancel } from '../shared/all-or-cancel';
import { now } from '../shared/announce';
import { waitsForLess } from '../shared/patches';
import { plain, showState } from '../shared/show';
import { describePhaseOf, describeRollout, describeUndone } from './describe';
import { HostBatches } from './host-batches';
import { askOperator } from './questions';
import type { RolloutRun } from './rollout-run';

/** The ports of the plan interpreter, on Temporal. */
export class RolloutPorts implements Ports {
  private readonly batches = new HostBatches();

  constructor(private readonly run: RolloutRun) {}

  async perform(step: Step, id: string): Promise<void> {
    const { run } = this;
    run.mark(id, { state: 'running', startedAt: Date.now() });
    try {
      await this.execute(step.operation);
      run.mark(id, { state: 'done', endedAt: Date.now() });
    } catch (error) {
      if (isCancellation(error)) {
        run.mark(id, { state: 'failed', endedAt: Date.now() });
        throw run.stopped ? new Stopped(run.stopped) : error;
      }
      const failure = toFailure(error);
      run.mark(id, { state: 'failed', endedAt: Date.now(), failure });
      run.trouble ??= failure;
      throw new StepFailed(failure);
    }
  }

  async undo(step: Step, id: string): Promise<void> {
    const { run } = this;
    if (!step.undo) return;
    run.mark(id, { state: 'undoing', startedAt: Date.now(), endedAt: undefined });
    const trouble = run.trouble ?? { kind: 'stopped', message: run.stopped ?? 'it was told to stop' };
    showState('undoing', describeUndone(run.progress, trouble, false));
    try {
      await this.execute(step.undo, 'undo: ');
    } catch (error) {
      throw new StepFailed(toFailure(error));
    }
  }

  async together(works: (() => Promise<void>)[]): Promise<void> {
    const { run } = this;
    try {
      await allOrCancel(works, (scope) => {
        run.batch = scope;
        if (run.stopped) scope.cancel();
      });
    } finally {
      run.batch = undefined;
    }
  }

  ask(step: Step, id: string, failure: Failure, answers: OfferedAnswers): Promise<OperatorAnswer> {
    return askOperator(this.run, id, step.operation.target, failure, answers);
  }

  async safePoint(phase: PhaseName): Promise<void> {
    const { run } = this;
    if (run.held) {
      const words = `Frozen by ${plain(run.held)}. The rollout continues when the environment is thawed.`;
      showState('frozen', describeRollout(run.progress, `frozen before ${phase}`, words));
    }
    await condition(() => run.held === undefined || run.stopped !== undefined);
    if (run.stopped) throw new Stopped(run.stopped);
    this.showPhase(STATES[phase], phase);
  }

  async commit(): Promise<void> {
    const { run } = this;
    const { progress, secrets, registry } = run;
    const { request, current } = run.input;
    const level = progress.plan ? targetsOf(progress.plan).filter((host) => !run.excluded.has(host)) : [];
    const { besides } = run;
    const committed = { request: request.id, at: now(), level, operators: run.operators.next, secrets, besides };
    await run.tellEnvironment(rolloutCommitted, committed);
    // Nobody approved a rollback's plan, so its warnings are kept here.
    const warnings = progress.plan?.warnings ?? [];
    const on = request.record?.digest ?? '';
    const outcome = { status: 'committed', from: current?.release, warnings, secrets, on } as const;
    const recorded = run.announce({ ...run.about, kind: 'rollout-ended', plan: progress.planHash, outcome }, registry);
    // The environment has the commit, so removing old instances need not wait for the ledger.
    recorded.catch(() => undefined);
    if (waitsForLess()) run.recorded = recorded;
    else await recorded;
    this.showPhase('retiring', 'retire');
  }

  tell(id: string, state: 'undone' | 'skipped'): void {
    this.run.mark(id, { state, endedAt: Date.now() });
  }

  private showPhase(state: string, phase: PhaseName): void {
    const { title, meaning } = describePhaseOf(this.run.progress, phase, Date.now());
    showState(state, describeRollout(this.run.progress, title, meaning));
  }

  private async execute(operation: Operation, prefix = ''): Promise<void> {
    const { counter, records, input } = this.run;
    const { app, environment, request } = input;
    const scope = { app, environment, counter, records, ledger: request.ledger ?? input.ledger };
    await this.batches.execute(operation, prefix + describeOperation(operation), scope);
  }
}

/** The word for each phase in Temporal's list of workflows. */
const STATES: Record<PhaseName, string> = {
  prepare: 'preparing',
  switch: 'switching',
  soak: 'soaking',
  commit: 'committing',
  retire: 'retiring',
};
