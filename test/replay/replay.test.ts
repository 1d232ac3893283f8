import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { bundle } from '../workflows/test-bed';
import { listHistories } from './histories';

/** A release that began under an earlier build is finished by this one: every recorded history must replay. */
describe('recorded histories', () => {
  let workflowBundle: WorkflowBundleOption;
  beforeAll(async () => void (workflowBundle = await bundle()));

  it('are there for every way that a release can go', () => {
    const kinds = new Set(listHistories().map(({ name }) => name.split('-')[0] ?? ''));
    expect([...kinds].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'asked',
      'canary',
      'cancelled',
      'checking',
      'cleaning',
      'eject',
      'excluded',
      'failed',
      'finished',
      'frozen',
      'interrupted',
      'late',
      'many',
      'planning',
      'queued',
      'recreate',
      'rejected',
      'replanned',
      'rollback',
      'rolling',
      'signed',
      'stuck',
      'waiting',
      'withdrawn',
    ]);
  });

  it.each(listHistories())('$name replays', async ({ read }) => {
    const history = read();
    // The ids of children follow from it.
    const { workflowId } = history.events[0]!.workflowExecutionStartedEventAttributes;
    await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId)).resolves.toBeUndefined();
  });
});
