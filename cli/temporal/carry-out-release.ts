import type { ReleaseProgress } from '../../src/model/progress';
import type { ReleaseRequest } from '../../src/model/release';
import type { Temporal } from '../client';
import type { Until } from '../commands/release';
import type { Answer } from '../deliver';
import { EXIT, exitOf, type Outcome } from '../exit';
import { fingerprintOf } from '../local/images';
import { note } from '../print/output';
import { screenFor } from '../print/screen';
import { decisionCommand } from '../print/waiting';
import { followRelease } from './follow';
import { again, beginRelease, type Begun } from './start-release';
import { hasWorker, noWorker, startOne } from './workers';

/** The release that is followed, and how it came to be. */
type Subject = Pick<Begun, 'app' | 'release' | 'handle'> & { how?: Begun['how'] };

interface Wish {
  until: Until;
  again?: boolean;
  json?: boolean;
}

/** Begins a release or joins it, follows it as far as is wished, and says how it stands. */
export async function carryOutRelease(temporal: Temporal, asked: ReleaseRequest, wish: Wish): Promise<Answer> {
  const request = wish.again ? await again(temporal, asked, fingerprintOf(asked.images)) : asked;
  const [begun, isHeard] = await Promise.all([beginRelease(temporal, request), hasWorker(temporal)]);
  if (begun.how === 'done-before') return answer(begun, begun.progress, 'done');
  if (begun.how !== 'started') note(HOW[begun.how](begun));
  if (!isHeard) note(noWorker(temporal), 'The release waits until one does.', startOne);
  return follow(temporal, begun, wish);
}

/** Follows a release that is there; what `cancel` does too. */
export async function follow(temporal: Temporal, begun: Subject, { until, json }: Wish): Promise<Answer> {
  const screen = screenFor(json ? process.stderr : process.stdout);
  const enough = (progress: ReleaseProgress) => outcomeOf(progress, until) !== undefined;
  const { progress, interrupted } = await followRelease(temporal, begun.handle, screen, enough);
  const outcome = progress && outcomeOf(progress, until);
  return outcome ? answer(begun, progress, outcome) : left(begun, progress, interrupted);
}

/** How a release stands for whoever waits for it; undefined while it is to be followed on. */
export function outcomeOf(progress: ReleaseProgress, until: Until): Outcome | undefined {
  if (progress.status !== 'running') return progress.status;
  if (progress.waitingFor?.kind === 'operator') return 'asks';
  if (progress.waitingFor?.kind === 'approval' && until === 'awaiting-approval') return 'awaiting-approval';
  return until === 'staged' && isStaged(progress) ? 'staged' : undefined;
}

/** Committed in its first environment, whose approval is another stage. */
const isStaged = ({ stages }: ReleaseProgress): boolean =>
  stages.some((stage) => stage.rollout !== undefined && stage.state === 'done');

const HOW = {
  joined: ({ app, release }: Begun) => `Release ${release} of ${app} runs already: following it.`,
  restarted: ({ app, release }: Begun) => `Release ${release} of ${app} ended without success before: trying again.`,
};

function answer(subject: Subject, progress: ReleaseProgress, outcome: Outcome): Answer {
  const { how, app, release } = subject;
  const { workflowId } = subject.handle;
  const waiting = progress.waitingFor;
  const approve =
    waiting?.kind === 'approval' ? decisionCommand('approve', subject, waiting.environment, waiting.plan) : undefined;
  const { stages, record, failure, warnings } = progress;
  return {
    exit: exitOf(outcome, failure?.kind),
    lines: [sentence(subject, outcome, progress, how === 'done-before')],
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

function sentence({ app, release }: Subject, outcome: Outcome, { stages }: ReleaseProgress, before: boolean): string {
  const subject = `Release ${release} of ${app}`;
  switch (outcome) {
    case 'done':
      return before
        ? `${subject} is done already. To release the commit once more: windlass release --again`
        : `${subject} is done.`;
    case 'staged':
      return `${subject} is staged, and goes on by itself.`;
    case 'awaiting-approval':
      return `${subject} waits for approval, by the command above.`;
    case 'failed':
      return stages.some((stage) => stage.rollout)
        ? `${subject} failed; what it had changed where it failed was taken back.`
        : `${subject} failed before it changed anything.`;
    case 'rejected':
      return `${subject} was rejected.`;
    case 'cancelled':
      return `${subject} was cancelled.`;
    case 'asks':
      return `${subject} asks an operator, and waits for the answer.`;
  }
}

/** Ctrl-C, or nothing to be heard: the release goes on without us. */
function left(
  { app, release, handle, how }: Subject,
  progress: ReleaseProgress | undefined,
  interrupted: boolean,
): Answer {
  return {
    exit: interrupted ? EXIT.interrupted : EXIT.unreachable,
    lines: [
      `The release goes on without being watched. To watch it again: windlass status ${release} --app ${app} --follow`,
      `To stop it and undo what it did: windlass cancel ${release} --app ${app} --reason '…'`,
    ],
    json: { app, release, workflowId: handle.workflowId, how, status: 'running', stages: progress?.stages ?? [] },
  };
}
