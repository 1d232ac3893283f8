import { retriesIn } from '../../cli/temporal/connect/retries';
import { logLines, nothingPrinted } from '../../cli/print/log';
import { treeLines } from '../../cli/print/tree';
import { viewOfRelease } from '../../cli/print/view';
import * as fx from './fixtures';

const failure = { kind: 'git', message: 'cannot fetch 3f2a91c0de: git says: no route' };
const payload = { data: Buffer.from(JSON.stringify(failure)) };
const pending = (more: object) =>
  ({
    activityType: { name: 'readSource' },
    attempt: 7,
    expirationTime: { seconds: fx.at(600) / 1_000 },
    ...more,
  }) as never;

test('what Temporal keeps of a step that is tried again', () => {
  const details = { applicationFailureInfo: { details: { payloads: [payload] } } };
  expect(
    retriesIn({
      pendingActivities: [
        pending({ lastFailure: { message: 'x', ...details } }),
        pending({ attempt: 1, lastFailure: { message: 'x' } }),
        pending({}),
        pending({ expirationTime: undefined, lastFailure: { message: 'outer', cause: { message: 'inner' } } }),
      ],
    }),
  ).toEqual([
    { activity: 'readSource', attempt: 7, until: fx.at(600), failure },
    { activity: 'readSource', attempt: 7, failure: { kind: 'error', message: 'inner' } },
  ]);
});

describe('a step that is tried again', () => {
  const retry = { activity: 'readSource', attempt: 7, until: fx.at(600), failure };
  const view = (attempt: number) => ({
    ...viewOfRelease(fx.release([fx.stage('source', 0)])),
    retries: [{ ...retry, attempt }],
  });

  test('shows in the tree its last failure, how often, until when', () => {
    const lines = treeLines(view(7), {}, fx.at(30)).map(({ text }) => text);
    expect(lines).toContainEqual(expect.stringMatching(/^retrying readSource \(attempt 7, until .+\)$/));
    expect(lines).toContain(failure.message);
  });

  test('is told once in a log, until it fails of something else', () => {
    const first = logLines(view(2), {}, fx.at(30), nothingPrinted(fx.at(0)));
    expect(first.lines.map(({ text }) => text).join('\n')).toContain('retrying readSource (attempt 2');
    const second = logLines(view(3), {}, fx.at(33), first.told);
    expect(second.lines).toEqual([]);
    const other = { ...view(4), retries: [{ ...retry, failure: { ...failure, message: 'another' } }] };
    expect(logLines(other, {}, fx.at(36), second.told).lines.map(({ text }) => text)).toContain('another');
  });
});

test('warnings of a plan are told in every release', () => {
  const stage = fx.stage('staging', 0, undefined, { environment: 'staging', rollout: fx.ROLLOUT });
  const rollouts = {
    [fx.ROLLOUT_KEY]: {
      app: 'shop',
      environment: 'staging',
      plan: { ...fx.plan, warnings: ['the command of api #1 cannot be undone'] },
      steps: {},
    },
  };
  const lines = treeLines(viewOfRelease(fx.release([stage])), rollouts, fx.at(1)).map(({ text }) => text);
  expect(lines).toContain('! the command of api #1 cannot be undone');
});
