import type { ReleaseProgress, Retry } from '../../../src/model/environment/progress';
import type { ReleaseRequest } from '../../../src/model/release';
import type { Temporal } from '../../client';
import type { CommandResult } from '../../deliver';
import { EXIT, exitOf, type CommandOutcome, type Until } from '../../exit';
import { fingerprintOf } from '../../local/images';
import { note } from '../../print/terminal/output';
import { screenFor } from '../../print/terminal/screen';
import { detailOfStart } from '../../../src/model/approval/statement-parts';
import { AN_HOUR, signerFor, type SignOptions } from '../../signing/signer';
import { decisionCommand } from '../../print/waiting';
import { reachedBy, readAddresses } from '../connect/addresses';
import { followRelease } from './follow';
import { again, beginRelease, type Begun } from './start-release';
import { hasWorker, noWorker, startOne } from '../connect/workers';

/** The release to follow, and whether it was started, joined or restarted. */
type ReleaseSubject = Pick<Begun, 'app' | 'release' | 'handle'> & { how?: Begun['how'] };

interface ReleaseOptions {
  until: Until;
  again?: boolean;
  json?: boolean;
  /** Who signs the start, where the policy wants it. */
  signer: SignOptions;
}

/** Starts or joins a release, follows it as far as requested, and reports how it stands. */
export async function carryOutRelease(
  temporal: Temporal,
  asked: ReleaseRequest,
  options: ReleaseOptions,
): Promise<CommandResult> {
  const request = options.again ? await again(temporal, asked, fingerprintOf(asked.images)) : asked;
  const [begun, isHeard] = await Promise.all([
    beginRelease(temporal, request, (start) => signStart(temporal, start, options.signer)),
    hasWorker(temporal),
  ]);
  if (begun.how === 'done-before') return answer(temporal, begun, begun.progress, 'done');
  if (begun.how !== 'started') note(HOW[begun.how](begun));
  if (!isHeard) note(noWorker(temporal), 'The release waits for one.', startOne);
  return follow(temporal, begun, options);
}

/** The request as who starts it signs it. */
async function signStart(temporal: Temporal, request: ReleaseRequest, options: SignOptions): Promise<ReleaseRequest> {
  const { by, sign } = await signerFor(temporal, { app: request.app }, options);
  const { app, release } = request;
  const start = { app, release, decision: 'start', detail: detailOfStart(request), reason: '' } as const;
  const signed = await sign(start, AN_HOUR);
  return signed ? { ...request, startedBy: by, signed } : request;
}

/** Follows an existing release; `cancel` uses it too. */
export async function follow(
  temporal: Temporal,
  begun: ReleaseSubject,
  { until, json }: Pick<ReleaseOptions, 'until' | 'json'>,
): Promise<CommandResult> {
  const screen = screenFor(json ? process.stderr : process.stdout);
  const enough = (progress: ReleaseProgress) => outcomeOf(progress, until) !== undefined;
  const followed = await followRelease(temporal, begun.handle, screen, enough);
  const { progress, interrupted, warnings, retries } = followed;
  const outcome = progress && outcomeOf(progress, until);
  return outcome
    ? answer(temporal, begun, { ...progress, warnings }, outcome)
    : left(begun, progress && { ...progress, warnings }, interrupted, retries);
}

/** The outcome for a caller that follows up to `until`; undefined while following continues. */
export function outcomeOf(progress: ReleaseProgress, until: Until): CommandOutcome | undefined {
  if (progress.status !== 'running') return progress.status;
  if (progress.waitingFor?.kind === 'operator') return 'asks';
  if (progress.waitingFor?.kind === 'approval' && until === 'awaiting-approval') return 'awaiting-approval';
  return until === 'staged' && isStaged(progress) ? 'staged' : undefined;
}

/** Committed in the first environment, and at the next one's approval. */
const isStaged = ({ stages }: ReleaseProgress): boolean =>
  stages.some((stage) => stage.rollout !== undefined && stage.state === 'done');

const HOW = {
  joined: ({ app, release }: Begun) => `Release ${release} of ${app} is already running; following it.`,
  restarted: ({ app, release }: Begun) => `Release ${release} of ${app} did not succeed before; trying again.`,
};

async function answer(
  temporal: Temporal,
  subject: ReleaseSubject,
  progress: ReleaseProgress,
  outcome: CommandOutcome,
): Promise<CommandResult> {
  const { how, app, release } = subject;
  const { workflowId } = subject.handle;
  const waiting = progress.waitingFor;
  const approve =
    waiting?.kind === 'approval' ? decisionCommand('approve', subject, waiting.environment, waiting.plan) : undefined;
  const { stages, record, failure, warnings } = progress;
  const addresses = await readAddresses(temporal, app, reachedBy(stages));
  return {
    exit: exitOf(outcome, failure?.kind),
    lines: [sentence(subject, outcome, progress, how === 'done-before'), ...addresses],
    json: {
      app,
      release,
      workflowId,
      how,
      status: outcome,
      waitingFor: waiting,
      approve,
      failure,
      warnings,
      record,
      stages,
    },
  };
}

function sentence(
  { app, release }: ReleaseSubject,
  outcome: CommandOutcome,
  { stages, waitingFor }: ReleaseProgress,
  before: boolean,
): string {
  const subject = `Release ${release} of ${app}`;
  switch (outcome) {
    case 'done':
      return before
        ? `${subject} is already done. To release the commit again: windlass release --again`
        : `${subject} is done.`;
    case 'staged':
      return waitingFor?.kind === 'approval'
        ? `${subject} is staged and waiting for approval: windlass approve ${release}`
        : `${subject} is staged and continues by itself.`;
    case 'awaiting-approval':
      return `${subject} is waiting for approval; see the command above.`;
    case 'failed':
      return stages.some((stage) => stage.rollout)
        ? `${subject} failed; its changes were undone.`
        : `${subject} failed before it changed anything.`;
    case 'rejected':
      return `${subject} was rejected.`;
    case 'cancelled':
      return `${subject} was cancelled.`;
    case 'asks':
      return `${subject} is waiting for an operator's answer.`;
  }
}

/** After Ctrl-C, or when nothing is heard: the release continues without us. */
function left(
  { app, release, handle, how }: ReleaseSubject,
  progress: ReleaseProgress | undefined,
  interrupted: boolean,
  retrying: Retry[],
): CommandResult {
  return {
    exit: interrupted ? EXIT.interrupted : EXIT.unreachable,
    lines: [
      `The release continues. To follow it again: windlass status ${release} --app ${app} --follow`,
      `To stop it and undo what it did: windlass cancel ${release} --app ${app} --reason '…'`,
    ],
    json: {
      app,
      release,
      workflowId: handle.workflowId,
      how,
      status: 'running',
      stages: progress?.stages ?? [],
      warnings: progress?.warnings,
      retrying,
    },
  };
}
