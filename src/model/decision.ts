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

/** Why a decision does not count, in a sentence to the sender; undefined when it does. */
export function refuseDecision(open: OpenQuestion | undefined, d: Decision): string | undefined {
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
  const before = open.decisions.find((earlier) => earlier.by === d.by && earlier.id !== d.id);
  if (before) return `${d.by} has decided already (${before.decision})`;
  return undefined;
}

/** Where a question stands after the decisions so far: one rejection ends it. */
export function verdict(open: OpenQuestion): 'approved' | 'rejected' | 'open' {
  if (open.decisions.some((d) => d.decision === 'reject')) return 'rejected';
  return open.decisions.length >= open.policy.count ? 'approved' : 'open';
}

const others = (open: OpenQuestion) => open.policy.from.filter((name) => name !== open.startedBy);
