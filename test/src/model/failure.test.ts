import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, RetryState } from '@temporalio/common';
import { describeFailure, wordsOfCause } from '../../../src/model/failure';

const caused = (message: string, cause: unknown) => new Error(message, { cause });
const inActivity = (cause: Error) =>
  new ActivityFailure('Activity task failed', 'pullImage', '1', RetryState.NON_RETRYABLE_FAILURE, 'worker', cause);
const inChild = (cause: Error) =>
  new ChildWorkflowFailure(
    'default',
    { workflowId: 'hosts', runId: '1' },
    'hosts',
    RetryState.NON_RETRYABLE_FAILURE,
    cause,
  );

test.each<[string, unknown, string]>([
  ['what nothing has caused', new TypeError('x is undefined'), 'x is undefined'],
  ['an activity', inActivity(ApplicationFailure.create({ message: 'no such image' })), 'no such image'],
  ['an activity of a child', inChild(inActivity(ApplicationFailure.create({ message: 'no route' }))), 'no route'],
  ['what caused it in turn', inActivity(caused('fetch failed', caused('connect', 'the cable'))), 'the cable'],
  [
    'an error without words',
    caused('fetch failed', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })),
    'ECONNREFUSED',
  ],
  ['an error without anything', new RangeError(), 'RangeError'],
  ['what is no error', 'oops', 'oops'],
  ['nothing', undefined, 'undefined'],
])('the words of %s', (_, error, words) => {
  expect(wordsOfCause(error)).toBe(words);
});

test.each([
  [{ operation: 'startInstances', service: 'api', host: 'local' }, 'start api on local: no'],
  [{ operation: 'ensureProxy', host: 'local' }, 'ensure proxy on local: no'],
  [{ operation: 'watchInstances', host: 'local' }, 'watch instances on local: no'],
  [{ operation: 'resolve image of', service: 'db' }, 'resolve image of db: no'],
  [{}, 'no'],
])('%j is said in words', (where, said) => {
  expect(describeFailure({ kind: 'x', message: 'no', ...where })).toBe(said);
});
