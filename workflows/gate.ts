import { ApplicationFailure, CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Planned } from '../activities/types';
import { askAnew, type Decision, isCounted, type OpenQuestion, refuseDecision, verdict } from '../src/model/decision';
import type { ApprovedPlan } from '../src/model/environment';
import { wordsOfCause } from '../src/model/failure';
import type { Plan } from '../src/model/plan';
import type { PlanSummary } from '../src/model/progress';
import { comparePlans } from '../src/plan/compare';
import { decide, decideSignal } from './messages';
import { Ended } from './ended';
import { givesUpPlanning, losesNothing } from './patches';
import type { Run } from './run';
import { at, block, command, list, page, plain } from './show';

export type FullPlan = Extract<Planned, { plan: unknown }>;

/** Asks people to decide on one plan of one environment, and holds the release until they have. */
export class Gate {
  private open?: OpenQuestion;
  private planned?: FullPlan;
  /**
   * Plans anew: an approval counts only for what would really be done. Undefined when a host does not answer: the rollout,
   * which plans once more, will ask about it.
   */
  private replan: () => Promise<FullPlan | undefined> = () => Promise.reject(new Error('nothing is asked'));
  private notices: string[] = [];
  private until = 0;
  /** Where plans are checked; decisions that are being checked then. */
  private readonly checks = new CancellationScope({ cancellable: true });
  private checking = 0;

  constructor(private readonly run: Run) {
    setHandler(decide, (decision) => this.decide(decision), {
      validator: (decision: Decision) => {
        const refusal = refuseDecision(this.open, decision);
        if (refusal) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
      },
    });
    // A signal cannot be answered: a refusal is shown where the payload was copied from.
    setHandler(decideSignal, async (decision) => {
      const refusal = this.isCounted(decision) ? undefined : refuseDecision(this.open, decision);
      if (refusal) this.notice(refusal);
      else await this.decide(decision).catch((error: unknown) => this.notice(wordsOfCause(error)));
    });
  }

  /** Returns the plan that was approved. Throws `Ended` when it is rejected or nobody decides in time. */
  async ask(
    question: Omit<OpenQuestion, 'plan' | 'decisions'>,
    plan: () => Promise<FullPlan>,
    replan: () => Promise<FullPlan | undefined>,
  ): Promise<ApprovedPlan> {
    this.replan = replan;
    const shown = await plan();
    this.until = Date.now() + question.policy.timeoutMs;
    this.put(shown, { ...question, plan: shown.hash, decisions: [] });
    const { decided, open, planned } = await this.awaitVerdict(question);
    this.run.wait(undefined, 'decided');
    if (!decided || !open || !planned)
      throw new Ended('rejected', {
        kind: 'approval-timeout',
        message: `nobody decided on ${question.environment} in time`,
      });
    const rejection = open.decisions.find(({ decision }) => decision === 'reject');
    if (rejection)
      throw new Ended('rejected', {
        kind: 'rejected',
        message: `${rejection.by} rejected ${open.environment}: ${rejection.reason || 'no reason was given'}`,
      });
    return { hash: planned.hash, before: planned.plan.before, changes: planned.plan.changes };
  }

  /** However the waiting ends, from then on nothing is open: a decision that comes later is refused, and its sender told. */
  private async awaitVerdict({ environment, policy }: Pick<OpenQuestion, 'environment' | 'policy'>) {
    try {
      const decided = await condition(
        () => this.open !== undefined && verdict(this.open) !== 'open',
        policy.timeoutMs,
        {
          summary: `waits for approval of ${environment} by ${policy.from.join(', ')}`.slice(0, 200),
        },
      );
      return { decided, open: this.open, planned: this.planned };
    } finally {
      this.open = undefined;
      this.notices = [];
    }
  }

  private async decide(decision: Decision): Promise<string> {
    const said = `${decision.by}: ${decision.decision} of ${decision.environment} for plan ${decision.plan}`;
    if (this.isCounted(decision)) return `${said} (counted already)`;
    if (decision.decision === 'approve') await this.checkPlan(decision);
    // While the plan was checked, the same decision, another one or the time-out may have come first.
    if (this.isCounted(decision)) return `${said} (counted already)`;
    const refusal = refuseDecision(this.open, decision);
    if (refusal || !this.open) throw ApplicationFailure.nonRetryable(refusal ?? 'nothing is asked', 'Refused');
    this.open.decisions.push(decision);
    this.show();
    const { by, environment, plan, reason } = decision;
    await this.run.write({
      kind: 'decision',
      by,
      environment,
      plan,
      reason,
      what: decision.decision === 'approve' ? 'approved' : 'rejected',
    });
    return said;
  }

  /** The release is cancelled: what is checked for a decision that cannot count any more is given up. */
  giveUp(): void {
    if (this.checking > 0 && givesUpPlanning()) this.checks.cancel();
  }

  /** What is observed may have changed since the plan was shown; then the new plan is what is asked for. */
  private async checkPlan(decision: Decision): Promise<void> {
    const { planned, open } = this;
    const now = await this.planNow();
    if (!planned || !open || !now || now.hash === planned.hash) return;
    const differences = comparePlans(planned.plan, now.plan);
    // Another decision may have come first: what it closed stays closed, and what it asked anew is asked once.
    const anew = askAnew(this.open, decision, now.hash);
    if (!anew && losesNothing()) return;
    this.put(now, anew ?? { ...open, plan: now.hash, decisions: [] });
    throw ApplicationFailure.nonRetryable(
      `the approved plan ${decision.plan} is not what would be done now, ${now.hash}: ${differences.join('; ')}. Read the new plan and decide again`,
      'PlanChanged',
      differences,
    );
  }

  /** Undefined when it was given up, too: by then nothing is asked any more. */
  private async planNow(): Promise<FullPlan | undefined> {
    this.checking += 1;
    try {
      return await this.checks.run(() => this.replan());
    } catch (error) {
      if (this.checks.consideredCancelled && isCancellation(error)) return undefined;
      throw error;
    } finally {
      this.checking -= 1;
    }
  }

  private put(planned: FullPlan, question: OpenQuestion): void {
    this.planned = planned;
    this.open = question;
    this.show();
  }

  private notice(refusal: string): void {
    this.notices = [...this.notices.slice(-4), refusal];
    this.show();
  }

  /** Histories from before took the id alone for the decision. */
  private isCounted(decision: Decision): boolean {
    if (isCounted(this.open, decision)) return true;
    const isCopied = this.open?.decisions.some(({ id }) => id === decision.id) ?? false;
    return isCopied && !losesNothing();
  }

  private command(decision: Decision['decision']): string {
    const { app, release } = this.run.request;
    const { environment, plan } = this.open ?? {};
    const reason = decision === 'reject' ? ["--reason '…'"] : [];
    return command(`windlass ${decision} ${release} ${environment}`, `--app ${app} --plan ${plan}`, ...reason);
  }

  private show(): void {
    const { open, planned } = this;
    if (!open || !planned) return;
    const { environment, plan, policy, decisions } = open;
    const summary = summarise(planned.plan);
    this.run.wait(
      { kind: 'approval', environment, plan, policy, decisions, until: this.until, summary },
      'awaiting-approval',
      page(
        `**Needs ${policy.count - decisions.length} of ${plain(policy.from.join(', '))}**, until ${at(this.until)}.`,
        list([
          ...decisions.map(({ by, decision }) => `${plain(by)}: ${decision}`),
          ...this.notices.map((notice) => `refused: ${plain(notice)}`),
        ]),
        '### What will change',
        `${summary.from ?? 'nothing'} → **${summary.release ?? 'nothing'}**, ${summary.strategy}, ${summary.steps} steps`,
        list([...summary.warnings.map((warning) => `⚠ ${plain(warning)}`), ...summary.changes.map(plain)]),
        '### To decide',
        this.command('approve'),
        this.command('reject'),
        'or *More Actions*, *Send a Signal* `decision` with',
        block(
          JSON.stringify(
            { environment, plan, decision: 'approve', by: 'YOU', reason: '', id: 'A-NEW-ID' },
            undefined,
            2,
          ),
        ),
      ),
    );
  }
}

function summarise(plan: Plan): PlanSummary {
  const { release, from, strategy, changes, warnings, phases } = plan;
  const steps = phases.flatMap((phase) => phase.batches).flat().length;
  return { release, from, strategy, changes, warnings, steps };
}
