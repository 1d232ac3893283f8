import { ApplicationFailure, condition } from '@temporalio/workflow';
import {
  askAgain,
  type Decision,
  isCounted,
  type OpenQuestion,
  type QuestionSigning,
  refuseDecision,
  verdict,
  whyNever,
  withWholePlan,
} from '../../src/model/approval/decision';
import type { ApprovedPlan } from '../../src/model/environment/environment';
import type { About, Happening } from '../../src/model/ledger/event';
import { wordsOfCause } from '../../src/model/failure';
import { isSamePlan, shortHash } from '../../src/model/approval/plan-hash';
import type { Waiting } from '../../src/model/environment/progress';
import type { RecordRef, ReleaseRequest } from '../../src/model/release';
import type { SignedStatement } from '../../src/model/approval/statement';
import { recordIn } from '../../src/model/approval/statement-parts';
import { comparePlans } from '../../src/plan/compare/configurations';
import { decide, decideSignal } from '../messages';
import { Ended } from './ended';
import { onSignal, onUpdate } from '../shared/hear';
import { givesUpPlanning, losesNothing, refusesHopeless } from '../shared/patches';
import { nextNonce, requireSigned } from '../shared/signed';
import { describeApproval } from './describe-approval';
import { type FullPlan, gatesFor, summarise } from './full-plan';
import { Replanning } from './replanning';

/** What the gate needs from its release. */
export interface ApprovalDesk {
  readonly request: ReleaseRequest;
  announce(happening: Happening & Partial<About> & { environment: string }): Promise<void>;
  /** Publishes what the release waits for, to its query and in Temporal's UI. */
  wait(waitingFor: Waiting | undefined, state: string, details?: string): void;
}

/** Asks people to decide about one plan of one environment, and holds the release until they have. */
export class Gate {
  private open?: OpenQuestion;
  private planned?: FullPlan;
  /** What approvers have signed. */
  private readonly statements = new Map<Decision, SignedStatement>();
  private record = '';
  private notices: string[] = [];
  private until = 0;
  private readonly replanning = new Replanning();

  constructor(private readonly desk: ApprovalDesk) {
    onUpdate(
      decide,
      (decision) => refuseDecision(this.open, withWholePlan(this.open, decision)),
      (decision) => this.decide(withWholePlan(this.open, decision)),
    );
    // A signal has no answer, so a refusal is shown next to the payload people copy.
    onSignal(decideSignal, async (sent) => {
      const decision = withWholePlan(this.open, sent);
      const refusal = this.isCounted(decision) ? undefined : refuseDecision(this.open, decision);
      if (refusal) this.notice(refusal);
      else await this.decide(decision).catch((error: unknown) => this.notice(wordsOfCause(error)));
    });
  }

  /** Returns the approved plan. Throws `Ended` on a rejection or when nobody decides in time. */
  async ask(
    question: Omit<OpenQuestion, 'plan' | 'decisions'>,
    record: RecordRef,
    plan: () => Promise<FullPlan>,
    replan: () => Promise<FullPlan | undefined>,
  ): Promise<ApprovedPlan> {
    this.replanning.plan = replan;
    this.record = recordIn(record);
    const shown = await plan();
    const asked = { ...question, ...gatesFor(shown), plan: shown.hash, decisions: [] };
    const never = whyNever(asked);
    if (never !== undefined && refusesHopeless())
      throw new Ended('failed', { kind: 'approval-hopeless', message: never });
    this.until = Date.now() + question.policy.timeoutMs;
    this.put(shown, asked);
    const { decided, open, planned } = await this.awaitVerdict(question);
    this.desk.wait(undefined, 'decided');
    if (!decided || !open || !planned)
      throw new Ended('rejected', {
        kind: 'approval-timeout',
        message: `nobody decided about ${question.environment} in time`,
      });
    refuseRejected(open);
    const signed = open.decisions.flatMap((decision) => this.statements.get(decision) ?? []);
    const { hash, plan: approved } = planned;
    return { hash, before: approved.before, changes: approved.changes, ...(signed.length > 0 && { signed }) };
  }

  /** However the wait ends, the question is closed, and later decisions are refused. */
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
    const said = `${decision.by}: ${decision.decision} ${decision.environment}, plan ${shortHash(decision.plan)}`;
    if (this.isCounted(decision)) return `${said} (counted already)`;
    const asked = this.open;
    const statement = asked?.signing && (await this.requireSigned(decision, asked.signing));
    if (decision.decision === 'approve') await this.checkPlan(decision);
    // The same decision, another one or the time-out may have come during the check.
    if (this.isCounted(decision)) return `${said} (counted already)`;
    const refusal =
      refuseDecision(this.open, decision) ??
      (wasReplaced(asked, this.open) ? 'the question was replaced meanwhile' : undefined);
    if (refusal || !this.open) throw ApplicationFailure.nonRetryable(refusal ?? 'nothing is asked', 'Refused');
    this.open.decisions.push(decision);
    if (statement) this.statements.set(decision, statement);
    this.show();
    const { by, environment, plan, reason } = decision;
    const decided = { kind: 'decision', decision: decision.decision, plan, reason } as const;
    const who = { by, environment, ...(statement && { signed: statement }) };
    await this.desk.announce({ ...who, ...decided });
    return said;
  }

  /** What was decided, with its signature where the policy wants one. */
  private async requireSigned(decision: Decision, { record, nonce }: QuestionSigning) {
    const { app, release } = this.desk.request;
    const { environment, plan, decision: word, by, reason = '', signed } = decision;
    const said = { app, environment, release, record, plan, decision: word, by, reason, nonce };
    return await requireSigned(said, signed);
  }

  /** When the release is cancelled, checks of decisions that can no longer count are cancelled too. */
  giveUp(): void {
    if (this.replanning.isRunning() && givesUpPlanning()) this.replanning.cancel();
  }

  /** The hosts may have changed since the plan was shown; then the new plan needs the approval. */
  private async checkPlan(decision: Decision): Promise<void> {
    const { planned, open } = this;
    const now = await this.replanning.run();
    if (!planned || !open || !now) return;
    const wantsSignatures = now.signing !== undefined && open.signing === undefined;
    if (isSamePlan(planned.hash, now.hash) && !wantsSignatures) return;
    const differences = wantsSignatures
      ? ['the policy wants decisions signed since']
      : comparePlans(planned.plan, now.plan);
    // Another decision may have closed the question, or published the new plan, in the meantime.
    const again = askAgain(this.open, decision, now.hash);
    if (!again && losesNothing()) return;
    this.put(now, { ...(again ?? { ...open, plan: now.hash, decisions: [] }), ...gatesFor(now) });
    throw ApplicationFailure.nonRetryable(
      `the plan has changed from ${shortHash(decision.plan)} to ${shortHash(now.hash)}: ${differences.join('; ')}. Read the new plan and decide again`,
      'PlanChanged',
      differences,
    );
  }

  private put(planned: FullPlan, question: OpenQuestion): void {
    this.planned = planned;
    this.open = { ...question, signing: this.signingOf(planned) };
    this.show();
    const { environment, plan, policy } = question;
    const wanted = { kind: 'approval-wanted', plan, of: policy.from, count: policy.count } as const;
    void this.desk.announce({ environment, ...wanted });
  }

  /** Each question has a nonce of its own, so that what was signed for another one does not count. */
  private signingOf({ signing }: FullPlan): QuestionSigning | undefined {
    return signing && { ...signing, record: this.record, nonce: nextNonce() };
  }

  private notice(refusal: string): void {
    this.notices = [...this.notices.slice(-4), refusal];
    this.show();
  }

  /** Older histories identify a decision by its id alone. */
  private isCounted(decision: Decision): boolean {
    if (isCounted(this.open, decision)) return true;
    const isCopied = this.open?.decisions.some(({ id }) => id === decision.id) ?? false;
    return isCopied && !losesNothing();
  }

  private show(): void {
    const { open, planned, notices, until } = this;
    if (!open || !planned) return;
    const { environment, plan, policy, also, decisions, signing } = open;
    const summary = summarise(planned.plan);
    const more = { ...(also?.length && { also }), ...(signing && { signing }) };
    this.desk.wait(
      { kind: 'approval', environment, plan, policy, ...more, decisions, until, summary },
      'awaiting-approval',
      describeApproval(this.desk.request, open, summary, { until, notices }),
    );
  }
}

function refuseRejected({ environment, decisions }: OpenQuestion): void {
  const rejection = decisions.find(({ decision }) => decision === 'reject');
  if (rejection)
    throw new Ended('rejected', {
      kind: 'rejected',
      message: `${rejection.by} rejected ${environment}: ${rejection.reason || 'no reason given'}`,
    });
}

/** Does the signature belong to a question that is no longer the open one? */
const wasReplaced = (asked: OpenQuestion | undefined, open: OpenQuestion | undefined): boolean =>
  asked?.signing?.nonce !== open?.signing?.nonce;
