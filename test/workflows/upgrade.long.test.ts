import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { describeWith } from '../setup/parts';
import { bundle, TestBed } from './test-bed';

const root = join(__dirname, '../..');

/**
 * The workflows as the next contributor might have changed them: the source stage does one more thing. The change is made on a copy
 * of today's code, so that there always is a next build, and nothing large is stored.
 */
async function nextBuild(change: string): Promise<WorkflowBundleOption> {
  const dir = mkdtempSync(join(tmpdir(), 'windlass build '));
  try {
    for (const folder of ['workflows', 'src', 'activities'])
      cpSync(join(root, folder), join(dir, folder), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
    const file = join(dir, 'workflows/release/stages/source.ts');
    const text = readFileSync(file, 'utf8');
    const place = '    return draft;\n';
    if (!text.includes(place)) throw new Error(`${file}: does not contain ${place.trim()}; mend this test`);
    const imported =
      "import { patched } from '@temporalio/workflow';\nimport { short } from '../../shared/activities';\n";
    writeFileSync(file, imported + text.replace(place, `    ${change}\n${place}`));
    return await bundle(join(dir, 'workflows/index.ts'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const MORE = "await short.readEnvironment({ app: run.request.app, environment: 'next' });";

describeWith(['temporal'], 'a release that was begun by one build of windlass', () => {
  let today: WorkflowBundleOption;
  beforeAll(async () => void (today = await bundle()));

  it('and waits for its approval is finished by the next build, and a new one goes the new way', async () => {
    const next = await nextBuild(`if (patched('one-more-thing')) ${MORE}`);
    let handle: WorkflowHandle;
    const counts = async (one: WorkflowHandle) => {
      const { events } = await one.fetchHistory();
      const patches = (events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) =>
        Object.values(marker?.details ?? {}).map(({ payloads }) => Buffer.from(payloads?.[0]?.data ?? []).toString()),
      );
      return { markers: patches.filter((patch) => patch.includes('one-more-thing')).length };
    };
    await TestBed.builds([
      [
        today,
        async (h) => {
          handle = await h.release('aaa');
          await h.untilWaiting(handle, 'approval');
        },
      ],
      [
        next,
        async (h) => {
          await h.approve(handle);
          expect((await handle.result()).status).toBe('done');
          expect(await counts(handle)).toEqual({ markers: 0 });
          expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
          await h.releaseAll('bbb');
          expect(await counts(h.handle('bbb'))).toEqual({ markers: 1 });
        },
      ],
    ]);
  });

  it('is not finished by one that decides otherwise without saying so: the replay tells it', async () => {
    const careless = await nextBuild(MORE);
    await TestBed.run(today, async (h) => {
      const handle = await h.release('aaa');
      await h.untilWaiting(handle, 'approval');
      const history = await handle.fetchHistory();
      await expect(Worker.runReplayHistory({ workflowBundle: today }, history)).resolves.toBeUndefined();
      await expect(Worker.runReplayHistory({ workflowBundle: careless }, history)).rejects.toThrow(
        /[Nn]ondeterminism|TMPRL1100/,
      );
      await handle.terminate();
    });
  });
});
