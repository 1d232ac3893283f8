import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { Unproved } from '../../src/model/inspection';
import type { RolloutResult } from '../../src/model/environment/environment';
import { describeFailure, type Failure } from '../../src/model/failure';
import type { Outcome } from '../../src/model/plan';
import { shortHash } from '../../src/model/approval/plan-hash';
import { comparePlans } from '../../src/plan/compare/configurations';
import { list, plain, quote, showState } from '../shared/show';
import { describeRollout, describeUndone } from './describe';
import type { FullPlan, RolloutRun } from './rollout-run';

/** The ways a rollout can end: each is shown, recorded in the ledger and returned to the environment. */
export class Conclusion {
  constructor(private readonly run: RolloutRun) {}

  async of(outcome: Outcome, { hash }: FullPlan): Promise<RolloutResult> {
    if (outcome.status === 'committed') this.showCommitted(outcome.warnings);
    else await this.announceUndone(outcome);
    await this.run.recorded;
    await condition(allHandlersFinished);
    const { ledger } = this.run;
    return outcome.status === 'committed' ? { ...outcome, plan: hash, ledger } : { ...outcome, ledger };
  }

  /** Nothing was done, so nothing is undone. */
  async unplanned(failure: Failure): Promise<RolloutResult> {
    const { stopped } = this.run;
    const why = stopped === undefined ? failure : { kind: 'stopped', message: stopped };
    const outcome = { status: 'undone' as const, cancelled: stopped !== undefined, failure: why, undone: [] };
    await this.announceUndone(outcome);
    await condition(allHandlersFinished);
    return { ...outcome, ledger: this.run.ledger };
  }

  refused(failure: Failure): RolloutResult {
    showState('refused', describeRollout(this.run.progress, 'refused', quote(describeFailure(failure))));
    return { status: 'refused', failure };
  }

  /** The plan has no approval, or has changed since: it is handed back for one. */
  replanned({ hash, plan, gates }: FullPlan): RolloutResult {
    const { approved } = this.run.input.request;
    const differences = approved ? comparePlans(approved, plan) : ['it needs approval and has none'];
    const why = approved
      ? `The approved plan ${shortHash(approved.hash)} no longer matches what would be done now. Approval is requested again:`
      : 'The plan needs approval, and none was given:';
    showState('replanned', describeRollout(this.run.progress, 'planned again', why, list(differences.map(plain))));
    return { status: 'replan', plan: hash, differences, ...(gates && { gates }) };
  }

  /** The policy wants signatures that are not shown: approvers can be asked for theirs. */
  unproved(planned: FullPlan, { lacks, canBeAsked }: Unproved): RolloutResult {
    if (!canBeAsked || !planned.gates?.length) return this.refused({ kind: 'not-signed', message: lacks });
    showState('replanned', describeRollout(this.run.progress, 'to be approved', plain(lacks)));
    return { status: 'replan', plan: planned.hash, differences: [lacks], gates: planned.gates };
  }

  private showCommitted(warnings: string[]): void {
    const left = warnings.map((warning) => `⚠ ${plain(warning)}`);
    showState('committed', describeRollout(this.run.progress, `on ${this.run.target}`, 'Committed.', ...left));
  }

  private async announceUndone({ failure, undone }: Extract<Outcome, { status: 'undone' }>): Promise<void> {
    const { about, registry, progress, input } = this.run;
    const outcome = { status: 'undone', from: input.current?.release, failure, undone } as const;
    await this.run.announce({ ...about, kind: 'rollout-ended', plan: progress.planHash, outcome }, registry);
    showState('undone', describeUndone(progress, failure, true));
  }
}
