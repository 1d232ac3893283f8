import { ApplicationFailure } from '@temporalio/workflow';
import type { EnvironmentQueue } from '../../src/model/environment/queue';
import type { About, Happening } from '../../src/model/ledger/event';
import type { DecisionNote } from '../../src/model/messages';
import type { SignedStatement } from '../../src/model/approval/statement';
import * as messages from '../messages';
import { now } from '../shared/announce';
import { onUpdate } from '../shared/hear';
import { checksStatements } from '../shared/patches';
import { requireSigned } from '../shared/signed';

/** What freezing needs from its environment. */
export interface Freezable {
  readonly queue: EnvironmentQueue;
  /** Holds the running rollout at its next safe point, or lets it go on. */
  hold(held: boolean): Promise<void>;
  show(): void;
  announce(happening: Happening & Pick<About, 'by' | 'signed'>): Promise<void>;
}

/** Handles the updates that freeze and thaw an environment. */
export function handleFreezes(environment: Freezable): void {
  const { queue } = environment;
  onUpdate(
    messages.freeze,
    ({ by }) => queue.refuseFreeze(by),
    (note) => freeze(environment, note),
  );
  onUpdate(
    messages.thaw,
    ({ by }) => queue.refuseThaw(by),
    (note) => thaw(environment, note),
  );
}

async function freeze(environment: Freezable, note: DecisionNote): Promise<string> {
  const { queue } = environment;
  const { by, reason } = note;
  const statement = checksStatements() ? await requireNote(queue, 'freeze', note) : undefined;
  refuseIf(statement && queue.refuseFreeze(by));
  queue.freeze({ by, reason, at: now() });
  await environment.hold(true);
  environment.show();
  await environment.announce({ kind: 'frozen', ...withSignature(note, statement) });
  return `${queue.state.environment} is frozen; a running rollout waits at its next safe point`;
}

async function thaw(environment: Freezable, note: DecisionNote): Promise<string> {
  const { queue } = environment;
  const statement = checksStatements() ? await requireNote(queue, 'thaw', note) : undefined;
  refuseIf(statement && queue.refuseThaw(note.by));
  queue.thaw();
  await environment.hold(false);
  environment.show();
  await environment.announce({ kind: 'thawed', ...withSignature(note, statement) });
  return `${queue.state.environment} is thawed; waiting rollouts continue`;
}

/** The note with its signature where the policy wants one. Each signature counts once. */
async function requireNote(
  queue: EnvironmentQueue,
  decision: 'freeze' | 'thaw',
  { by, reason, signed }: DecisionNote,
): Promise<SignedStatement | undefined> {
  const { app, environment } = queue.state;
  const statement = await requireSigned({ app, environment, decision, by, reason }, signed);
  refuseIf(statement && !queue.hear(statement.nonce) && 'its signature was used before. Sign it once more');
  return statement;
}

const withSignature = ({ by, reason }: DecisionNote, statement: SignedStatement | undefined) => ({
  by,
  reason,
  ...(statement && { signed: statement }),
});

/** Refuses an update that its validator had accepted. */
function refuseIf(refusal: string | false | undefined): void {
  if (refusal) throw ApplicationFailure.nonRetryable(refusal, 'Refused');
}
