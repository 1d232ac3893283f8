import type { ApprovalPolicy, Decision } from './approval/decision';
import type {
  ApprovedPlan,
  ExcludedHost,
  RolloutCommitted,
  RolloutNews,
  RolloutRequest,
  RolloutResult,
} from './environment/environment';
import type { Failure } from './failure';
import type { OfferedAnswers, Resolution, StepQuestion } from './approval/question';
import {
  type Reader,
  bounded,
  count,
  expected,
  flag,
  list,
  mark,
  name,
  object,
  oneOf,
  optional,
  orElse,
  prose,
  table,
  text,
  time,
  word,
  words,
} from './text/read';
import type { RecordRef, RegistryAccess, SecretSource } from './release';
import type { Signature, SignedStatement, StatementWord } from './approval/statement';

export interface DecisionNote {
  by: string;
  reason: string;
  signed?: Signature;
}

export interface Messages {
  decide: Decision;
  decision: Decision;
  cancelRelease: DecisionNote;
  rolloutNews: RolloutNews;
  requestRollout: RolloutRequest;
  withdrawRollout: { id: string; reason: string };
  rolloutCommitted: RolloutCommitted;
  rolloutAsks: { request: string; question?: StepQuestion };
  hostExcluded: { request: string; excluded: ExcludedHost };
  freeze: DecisionNote;
  thaw: DecisionNote;
  hold: { held: boolean; why: string };
  stop: { reason: string };
  resolve: Resolution;
  resolution: Resolution;
}
export type MessageName = keyof Messages;

const failure = object<Failure>({
  message: words,
  kind: words,
  operation: optional(prose),
  host: optional(prose),
  service: optional(prose),
  lastLines: optional(list(prose)),
  unknown: optional(mark),
});

const secretSource: Reader<SecretSource> = (value, at) => {
  const { env, file, exec } = object<{ env?: string; file?: string; exec?: string[] }>({
    env: optional(text),
    file: optional(text),
    exec: optional(list(text, 100)),
  })(value, at);
  if (env !== undefined) return { env };
  if (file !== undefined) return { file };
  return exec ? { exec } : expected('env, file or exec', value, at);
};

export const registry = object<RegistryAccess>({
  address: text,
  username: optional(secretSource),
  password: optional(secretSource),
});

export const record = object<RecordRef>({ app: name, release: name, registry, digest: name, seal: optional(name) });

export const signature = object<Signature>({ nonce: name, expires: time, signature: text });

const statement = object<SignedStatement>({
  installation: prose,
  app: prose,
  environment: prose,
  release: prose,
  record: prose,
  plan: prose,
  decision: words as Reader<StatementWord>,
  detail: prose,
  by: prose,
  reason: prose,
  nonce: name,
  expires: time,
  signature: text,
});

export const approved = object<ApprovedPlan>({
  hash: name,
  before: list(prose),
  changes: list(prose),
  signed: optional(list(statement, 100)),
});

const excluded = object<ExcludedHost>({ host: name, by: prose, reason: prose, at: time });

const answers = object<OfferedAnswers>({
  retry: optional(prose),
  skip: optional(prose),
  'exclude-host': optional(prose),
  rollback: optional(prose),
});

const question = object<StepQuestion>({
  step: words,
  failure,
  answers,
  of: orElse(list(prose), []),
  nonce: optional(name),
});

const approvalPolicy = object<ApprovalPolicy>({
  from: list(words),
  count,
  starterMay: flag,
  timeoutMs: count,
});

const result = oneOf<'status', RolloutResult>('status', {
  committed: object({ status: word('committed'), plan: prose, warnings: list(prose), ledger: optional(name) }),
  undone: object({ status: word('undone'), cancelled: flag, failure, undone: list(prose), ledger: optional(name) }),
  replan: object({
    status: word('replan'),
    plan: prose,
    differences: list(prose),
    gates: optional(list(approvalPolicy)),
  }),
  refused: object({ status: word('refused'), failure }),
});

const said = object<DecisionNote>({ by: prose, reason: prose, signed: optional(signature) });

const decision = object<Decision>({
  environment: prose,
  plan: prose,
  decision: word('approve', 'reject'),
  by: prose,
  reason: optional(prose),
  id: prose,
  signed: optional(signature),
});

const resolution = object<Resolution>({
  step: prose,
  answer: prose as Reader<Resolution['answer']>,
  by: prose,
  reason: prose,
  signed: optional(signature),
});

/** Requests are kept and passed on, and Temporal refuses messages over 2 MB. */
const LARGEST_REQUEST = 500_000;
const LARGEST_COMMIT = 50_000;

/** How each message's payload is read: a typed value, or a sentence that says what is wrong. */
export const MESSAGES: { [Name in MessageName]: Reader<Messages[Name]> } = {
  decide: decision,
  decision,
  cancelRelease: said,
  rolloutNews: oneOf<'state', RolloutNews>('state', {
    queued: object({ request: name, state: word('queued'), behind: count }),
    started: object({ request: name, state: word('started'), runId: name }),
    asking: object({ request: name, state: word('asking'), question: optional(question) }),
    ended: object({ request: name, state: word('ended'), result }),
  }),
  requestRollout: bounded(
    LARGEST_REQUEST,
    object<RolloutRequest>({
      id: name,
      // restores come from the environment itself, never by message
      kind: word('release', 'rollback', 'eject'),
      record: optional(record),
      left: optional(record),
      startComposed: optional(flag),
      approved: optional(approved),
      excluded: optional(list(excluded)),
      acceptEmpty: optional(list(name, 100)),
      forget: optional(name),
      by: words,
      requester: name,
      ledger: optional(name),
      signed: optional(list(statement, 100)),
    }),
  ),
  withdrawRollout: object({ id: name, reason: words }),
  rolloutCommitted: bounded(
    LARGEST_COMMIT,
    object<RolloutCommitted>({
      request: name,
      at: time,
      level: orElse(list(name), []),
      operators: orElse(list(prose), []),
      secrets: orElse(table(text), {}),
      besides: optional(list(prose)),
    }),
  ),
  rolloutAsks: object<Messages['rolloutAsks']>({ request: name, question: optional(question) }),
  hostExcluded: object({ request: name, excluded }),
  freeze: said,
  thaw: said,
  hold: object({ held: flag, why: words }),
  stop: object({ reason: words }),
  resolve: resolution,
  resolution,
};
