import type { Decision } from '../approval/decision';
import { describeFailure, type Failure } from '../failure';
import type { LedgerEntry } from './ledger';
import type { OperatorAnswer, StepQuestion } from '../approval/question';
import type { ReleaseStatus } from '../release';
import type { SecretHashes } from '../container/secret';
import type { SignedStatement } from '../approval/statement';

export type Event = About & Happening;

export interface About {
  app: string;
  environment?: string;
  release?: string;
  by: string;
  signed?: SignedStatement;
}

export type Happening =
  | { kind: 'release-started'; /** First line. */ commit: string }
  | { kind: 'release-ended'; status: 'running' | ReleaseStatus; failure?: Failure }
  | { kind: 'approval-wanted'; plan: string; of: string[]; count: number }
  | { kind: 'decision'; decision: Decision['decision']; plan: string; reason?: string }
  | { kind: 'operator-wanted'; question: StepQuestion }
  | { kind: 'resolved'; step: string; answer: OperatorAnswer; reason: string; plan?: string }
  | { kind: 'rollback-requested'; reason: string }
  | { kind: 'eject-requested'; reason: string }
  | { kind: 'forget-requested'; reason: string; service: string }
  | { kind: 'rollout-ended'; plan?: string; outcome: RolloutEnd }
  | { kind: 'frozen'; reason: string }
  | { kind: 'thawed'; reason: string }
  | { kind: 'interrupted'; why: string }
  | { kind: 'recovered'; reason: string };

/** How a rollout ended: `from` is the release before it, or the one it returned to. */
export type RolloutEnd =
  | { status: 'committed'; from?: string; warnings: string[]; secrets: SecretHashes; /** A digest. */ on?: string }
  | { status: 'undone'; from?: string; failure: Failure; undone: string[] };

/** The ledger entry of an event without id and time; undefined for questions. */
export function entryOf(event: Event): Omit<LedgerEntry, 'id' | 'at'> | undefined {
  const { app, environment, release, by, signed } = event;
  const about = { app, environment, release, by, ...(signed && { signed }) };
  switch (event.kind) {
    case 'approval-wanted':
    case 'operator-wanted':
      return undefined;
    case 'release-started':
      return { kind: event.kind, ...about, what: `${app} ${release}: ${event.commit}` };
    case 'release-ended':
      return { kind: event.kind, ...about, what: describeEnd(event) };
    case 'decision': {
      const { kind, plan, reason, decision } = event;
      return { kind, ...about, plan, reason, what: decision === 'approve' ? 'approved' : 'rejected' };
    }
    case 'resolved': {
      const { kind, plan, reason, answer, step } = event;
      return { kind, ...about, plan, reason, what: `${answer}: ${step}` };
    }
    case 'rollback-requested':
      return { kind: event.kind, ...about, reason: event.reason, what: `back to ${release}` };
    case 'eject-requested':
      return { kind: event.kind, ...about, reason: event.reason, what: 'back to plain docker compose' };
    case 'forget-requested':
      return {
        kind: event.kind,
        ...about,
        reason: event.reason,
        what: `forgot ${event.service}; its data stays`,
      };
    case 'rollout-ended':
      return { kind: event.kind, ...about, plan: event.plan, ...describeOutcome(event.outcome, release) };
    case 'frozen':
      return { kind: event.kind, ...about, reason: event.reason, what: 'no rollout starts or continues until thawed' };
    case 'thawed':
      return { kind: event.kind, ...about, reason: event.reason, what: 'rollouts continue' };
    case 'recovered':
      return {
        kind: event.kind,
        ...about,
        reason: event.reason,
        what: `rebuilt from the registry and the hosts, on ${release ?? 'nothing'}`,
      };
    case 'interrupted':
      return { kind: event.kind, ...about, what: event.why };
  }
}

/** An event on one line: `decision by ana: approved`. */
export function describeEvent(event: Event): string {
  const entry = entryOf(event);
  if (entry) return `${entry.kind} by ${entry.by}: ${entry.what}${entry.reason ? ` (${entry.reason})` : ''}`;
  if (event.kind === 'approval-wanted') return `approval needed from ${event.count} of ${event.of.join(', ')}`;
  if (event.kind !== 'operator-wanted') return event.kind;
  const { step, failure, of } = event.question;
  return `operator needed (${of.join(', ') || 'anybody'}): ${step}: ${describeFailure(failure)}`;
}

const describeEnd = ({ status, failure }: { status: string; failure?: Failure }): string =>
  failure ? `${status}: ${describeFailure(failure)}` : status;

function describeOutcome(
  outcome: RolloutEnd,
  release = 'nothing',
): Pick<LedgerEntry, 'what' | 'secrets' | 'undone' | 'on'> {
  const { from = 'nothing' } = outcome;
  if (outcome.status === 'undone')
    return { what: `back on ${from}: ${describeFailure(outcome.failure)}`, undone: outcome.undone };
  const { warnings, secrets, on } = outcome;
  const what = [`on ${release}, was on ${from}`, ...warnings].join('; ');
  return { what, secrets, ...(on !== undefined && { on }) };
}
