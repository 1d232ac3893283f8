/** Approvals: who may decide, what they decide on, and whether a decision counts. */

export interface ApprovalPolicy {
  /** The persons who may decide. */
  from: string[];
  /** How many of them must approve. */
  count: number;
  /** May the person who started the release approve it? */
  starterMay: boolean;
  timeoutMs: number;
}

/** What an approver sends, by Update or by Signal: the same payload, which the current details show ready to paste. */
export interface Decision {
  environment: string;
  /** The hash of the plan that was read. */
  plan: string;
  decision: 'approve' | 'reject';
  /** Who decides: what the sender claims. */
  by: string;
  reason?: string;
  /** Chosen by the sender; the same id counts once. */
  id: string;
}

/** What is being waited for. */
export interface OpenQuestion {
  environment: string;
  plan: string;
  policy: ApprovalPolicy;
  startedBy: string;
  decisions: Decision[];
}

/** The same decision sent twice counts once. Another one with its id, for the id was copied with it, is a decision of its own. */
export const isCounted = (open: OpenQuestion | undefined, { id, by, decision, plan }: Decision): boolean =>
  open?.decisions.some((d) => d.id === id && d.by === by && d.decision === decision && d.plan === plan) ?? false;

/** Why a decision does not count, in a sentence to the sender; undefined when it does, and when it has counted already. */
export function refuseDecision(open: OpenQuestion | undefined, d: Decision): string | undefined {
  if (isCounted(open, d)) return undefined;
  if (!open) return `nothing waits for a decision on ${d.environment} now. See what does: windlass status`;
  if (d.environment !== open.environment)
    return `the release waits for a decision on ${open.environment}, not on ${d.environment}`;
  if (d.decision !== 'approve' && d.decision !== 'reject')
    return `decision: is ${JSON.stringify(d.decision)}. Expected "approve" or "reject"`;
  if (d.plan !== open.plan)
    return `the plan to decide on is ${open.plan}, the decision is for ${d.plan}. Read the new plan and decide again`;
  if (!open.policy.from.includes(d.by))
    return `${d.by} is not among those who may decide on ${open.environment}: ${open.policy.from.join(', ')}`;
  if (d.decision === 'approve' && !open.policy.starterMay && d.by === open.startedBy)
    return `${d.by} started this release and may not approve it. Ask one of ${others(open).join(', ') || 'the others'}`;
  const before = open.decisions.find((earlier) => earlier.by === d.by);
  if (before) return `${d.by} has decided already (${before.decision})`;
  return undefined;
}

/**
 * The same question about the plan that would be carried out now: what was decided on the one before counts no more. Undefined when
 * the question of this decision is not open any more, for it was answered, or asked anew, while the plan was looked at.
 */
export const askAnew = (open: OpenQuestion | undefined, { plan }: Decision, now: string): OpenQuestion | undefined =>
  open?.plan === plan ? { ...open, plan: now, decisions: [] } : undefined;

/** Where a question stands after the decisions so far: one rejection ends it. */
export function verdict(open: OpenQuestion): 'approved' | 'rejected' | 'open' {
  if (open.decisions.some((d) => d.decision === 'reject')) return 'rejected';
  return open.decisions.length >= open.policy.count ? 'approved' : 'open';
}

const others = (open: OpenQuestion) => open.policy.from.filter((name) => name !== open.startedBy);
