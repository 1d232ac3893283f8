import { isLate } from '../../cli/temporal/connect/calls';
import { explainError, UserError } from '../../cli/errors';
import { EXIT, exitOf } from '../../cli/exit';
import { outcomeOf } from '../../cli/temporal/carry-out/release';
import type { ReleaseProgress } from '../../src/model/environment/progress';
import * as fx from './fixtures';

const staged = fx.stage('staging', 0, 5, { environment: 'staging', rollout: fx.ROLLOUT });
const approving = fx.release([staged, fx.stage('approve production', 5)], { waitingFor: fx.approval });
const asking = fx.release([fx.stage('staging', 0)], {
  waitingFor: {
    kind: 'operator',
    environment: 'staging',
    question: { step: fx.SWITCH, failure: fx.failure, answers: { retry: 'once more' }, of: [] },
  },
});
const ended = (status: 'done' | 'failed' | 'rejected' | 'cancelled') => fx.release([staged], { status });

const named = (name: string, message: string, cause?: Error) => Object.assign(new Error(message, { cause }), { name });
const grpc = (code: number, details: string) =>
  named('ServiceError', 'wrapped', Object.assign(new Error('x'), { code, details }));

describe('how far a release is followed, and its exit status', () => {
  test.each<[string, ReleaseProgress, 'staged' | 'awaiting-approval' | 'done', number | undefined]>([
    ['running', fx.release([fx.stage('build', 0)]), 'staged', undefined],
    ['staged', fx.release([staged]), 'staged', 0],
    ['staged', fx.release([staged]), 'awaiting-approval', undefined],
    ['staged', fx.release([staged]), 'done', undefined],
    ['waiting for approval', approving, 'awaiting-approval', 0],
    ['waiting for approval', approving, 'done', undefined],
    ['asking', asking, 'staged', 6],
    ['asking', asking, 'done', 6],
    ['done', ended('done'), 'done', 0],
    ['failed', ended('failed'), 'staged', 3],
    ['failed', ended('failed'), 'done', 3],
    ['rejected', ended('rejected'), 'done', 4],
    ['cancelled', ended('cancelled'), 'done', 5],
  ])('%s (case %#)', (_, progress, until, exit) => {
    const outcome = outcomeOf(progress, until);
    expect(outcome && exitOf(outcome)).toBe(exit);
  });
});

describe('errors', () => {
  test.each<[string, unknown, number, string]>([
    ['what we tell ourselves', new UserError('no'), EXIT.input, 'no'],
    [
      'a refused update',
      named('WorkflowUpdateFailedError', 'x', new Error('ada may not')),
      EXIT.input,
      'Refused: ada may not',
    ],
    [
      'a failed inspection',
      named('WorkflowFailedError', 'x', named('ActivityFailure', 'y', new Error('no engine'))),
      EXIT.failed,
      'no engine',
    ],
    ['nobody answers', grpc(4, 'deadline'), EXIT.unreachable, 'No worker answered in time.'],
    [
      'nobody answers, and the server says so',
      grpc(1, 'Call cancelled'),
      EXIT.unreachable,
      'No worker answered in time.',
    ],
    ['no poller', grpc(9, 'no poller seen for task queue recently'), EXIT.unreachable, 'No worker answered in time.'],
    ['no such namespace', grpc(5, 'Namespace x is not found.'), EXIT.unreachable, 'Namespace x is not found.'],
    [
      'no such namespace, as the client says it',
      Object.assign(named('NamespaceNotFoundError', "Namespace not found: 'x'"), { namespace: 'x' }),
      EXIT.unreachable,
      'Temporal has no namespace x.',
    ],
    ['not let in', grpc(16, 'bad key'), EXIT.unreachable, 'Temporal denied access: bad key'],
    [
      'attributes',
      grpc(3, 'no mapping defined for search attribute WindlassApp'),
      EXIT.unreachable,
      expect.stringContaining('search attributes') as string,
    ],
    ['the unforeseen', new TypeError('x is undefined'), EXIT.unexpected, 'x is undefined'],
    [
      'what caused the unforeseen',
      new TypeError('fetch failed', { cause: new Error('no route') }),
      EXIT.unexpected,
      'no route',
    ],
    ['a thrown text', 'oops', EXIT.unexpected, 'oops'],
  ])('%s', (_, thrown, exit, message) => {
    expect(explainError(thrown)).toMatchObject({ exit, message });
  });
});

// Of a thousand calls that met their deadline, eleven were ended by the server: `windlass check` stopped with status 1.
test('a deadline is met by the client or by the server', () => {
  const late = [grpc(4, 'Deadline exceeded after 10s'), grpc(1, 'Call cancelled'), grpc(14, 'No connection')];
  expect(late.map(isLate)).toEqual([true, true, false]);
});
