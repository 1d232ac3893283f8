import { shortHash, wholeHash } from './plan-hash';
import type { Signature, Signing } from './statement';

/** Approvals: who may decide about what, and whether a decision counts. */

export interface ApprovalPolicy {
  from: string[];
  count: number;
  starterMay: boolean;
  timeoutMs: number;
}

/** An approver's message, by Update or Signal; Temporal's current details show it ready to paste. */
export interface Decision {
  environment: string;
  plan: string;
  decision: 'approve' | 'reject';
  by: string;
  reason?: string;
  id: string;
  signed?: Signature;
}

export interface OpenQuestion {
  environment: string;
  plan: string;
  policy: ApprovalPolicy;
  /** Further gates, as that of the current release: they must be satisfied, too. */
  also?: ApprovalPolicy[];
  startedBy: string;
  decisions: Decision[];
  /** What must be signed; missing where the policy wants no signatures. */
  signing?: QuestionSigning;
}

export interface QuestionSigning extends Signing {
  record: string;
  nonce: string;
}

/** All gates that must be satisfied. */
export const gatesIn = ({ policy, also = [] }: Pick<OpenQuestion, 'policy' | 'also'>): ApprovalPolicy[] => [
  policy,
  ...also,
];

const counts = ({ from, starterMay }: ApprovalPolicy, by: string, startedBy: string): boolean =>
  from.includes(by) && (starterMay || by !== startedBy);

/** Why the gates can never be satisfied; undefined when they can. */
export function whyNever(open: OpenQuestion): string | undefined {
  const { environment, startedBy } = open;
  const gate = gatesIn(open).find((one) => one.from.filter((by) => counts(one, by, startedBy)).length < one.count);
  if (!gate) return undefined;
  return `${environment} needs ${gate.count} approvals of ${gate.from.join(', ')}, and ${startedBy}, who started the release, may not approve it. Have somebody else start it, or add people under approval.from`;
}

/** The number of approvals a gate still needs. */
export const missingFor = (gate: ApprovalPolicy, { decisions, startedBy }: OpenQuestion): number =>
  Math.max(
    0,
    gate.count - decisions.filter(({ decision, by }) => decision === 'approve' && counts(gate, by, startedBy)).length,
  );

/** A decision with the whole hash of the plan, whose first digits may have been typed. */
export const withWholePlan = (open: OpenQuestion | undefined, decision: Decision): Decision =>
  open ? { ...decision, plan: wholeHash(decision.plan, open.plan) } : decision;

/** A repeated decision counts once. Another one with a copied id is a decision of its own. */
export const isCounted = (open: OpenQuestion | undefined, { id, by, decision, plan }: Decision): boolean =>
  open?.decisions.some((d) => d.id === id && d.by === by && d.decision === decision && d.plan === plan) ?? false;

/** Why a decision does not count, for its sender; undefined when it counts or was counted already. */
export function refuseDecision(open: OpenQuestion | undefined, d: Decision): string | undefined {
  if (isCounted(open, d)) return undefined;
  if (!open) return `no decision about ${d.environment} is pending. See what is pending: windlass status`;
  if (d.environment !== open.environment)
    return `the release is waiting for a decision about ${open.environment}, not ${d.environment}`;
  if (d.decision !== 'approve' && d.decision !== 'reject')
    return `decision: is ${JSON.stringify(d.decision)}. Expected "approve" or "reject"`;
  if (d.plan !== open.plan)
    return `the pending plan is ${shortHash(open.plan)}, but the decision is about ${d.plan}. Read the new plan and decide again`;
  const gates = gatesIn(open);
  if (!gates.some(({ from }) => from.includes(d.by)))
    return `${d.by} may not decide about ${open.environment}. Expected one of ${approvers(open).join(', ')}`;
  if (d.decision === 'approve' && !gates.some((gate) => counts(gate, d.by, open.startedBy)))
    return `${d.by} started this release and may not approve it. Ask one of ${others(open).join(', ') || 'the others'}`;
  const before = open.decisions.find((earlier) => earlier.by === d.by);
  if (before) return `${d.by} has already decided (${before.decision})`;
  return undefined;
}

/**
 * The question about the plan as it is now, without earlier decisions. Undefined when this decision's question
 * was closed or replaced during the check.
 */
export const askAgain = (open: OpenQuestion | undefined, { plan }: Decision, now: string): OpenQuestion | undefined =>
  open?.plan === plan ? { ...open, plan: now, decisions: [] } : undefined;

/** The state of a question after its decisions; one rejection ends it. */
export function verdict(open: OpenQuestion): 'approved' | 'rejected' | 'open' {
  if (open.decisions.some((d) => d.decision === 'reject')) return 'rejected';
  return gatesIn(open).every((gate) => missingFor(gate, open) === 0) ? 'approved' : 'open';
}

const approvers = (open: OpenQuestion) => [...new Set(gatesIn(open).flatMap(({ from }) => from))];

const others = (open: OpenQuestion) => approvers(open).filter((name) => name !== open.startedBy);
