import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import fc from 'fast-check';
import { permanent } from '../../activities/drivers/errors';
import { beginRelease } from '../../cli/temporal/carry-out/start-release';
import { readEnvironment, sendFreeze } from '../../cli/temporal/environment';
import { type MessageName, MESSAGES } from '../../src/model/messages';
import { releaseId } from '../../src/model/names';
import { read } from '../../src/model/text/read';
import { STARTS } from '../../workflows/starts';
import { hostile } from '../src/model/messages';
import { describeWith } from '../setup/parts';
import { bundle, failure, TestBed, refusal, until } from './test-bed';
import { twoEnvironments, Simulation } from './simulation';

/**
 * What strangers send to every workflow while a release goes its whole way: nothing stops, and nothing that others said is lost.
 * `WINDLASS_SEED=…` repeats a run, `WINDLASS_HOSTILE=…` sends more.
 */
const EACH = Number(process.env['WINDLASS_HOSTILE'] ?? 6);
const seed = process.env['WINDLASS_SEED'] ? Number(process.env['WINDLASS_SEED']) : 20_261;

const OPS = 'ops@example.com';
const UPDATES: MessageName[] = ['decide', 'cancelRelease', 'freeze', 'thaw', 'resolve'];
const SIGNALS = (Object.keys(MESSAGES) as MessageName[]).filter((name) => !UPDATES.includes(name));

/** Payloads that no converter of ours has made: [encoding, data]. */
const RAW: [string, string][] = [
  ['json/plain', '{"by":'],
  ['json/plain', ''],
  ['json/plain', '"\ud800"'],
  ['json/plain', '['.repeat(200_000)],
  ['json/plain', `{"huge":"${'x'.repeat(500_000)}"}`],
  ['binary/plain', 'bytes'],
  ['binary/null', ''],
  ['json/protobuf', '{}'],
  ['no/such', 'x'],
  ['', 'x'],
];

describeWith(['temporal'], 'hostile messages', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it('stop no workflow, and nothing that others said is lost', async () => {
    const simulation = new Simulation(twoEnvironments(60_000, { onFailure: 'ask', operators: [OPS] }));
    await TestBed.run(
      code,
      async (h) => {
        const sent = fc.sample(hostile, { numRuns: 4 * SIGNALS.length * EACH, seed }).values();
        const annoy = async (handle: WorkflowHandle) => {
          for (const name of SIGNALS) {
            for (let n = 0; n < EACH; n += 1) await signal(handle, name, harmless(name, sent.next().value));
            await sendRaw(h, handle, name, []);
            for (const payload of RAW) await sendRaw(h, handle, name, [payload]);
            await sendRaw(h, handle, name, [RAW[0]!, RAW[8]!, RAW[9]!]);
          }
          for (const name of UPDATES)
            for (const value of [undefined, null, [], 'x', { by: 7 }, { by: '' }])
              expect(await refusal(handle.executeUpdate(name, { args: [value] }))).not.toBe('was accepted');
        };
        const fault = { words: 'production: start web aaa on local', isDue: true };
        h.simulation.hook = (words) => {
          if (fault.isDue && words === fault.words) throw permanent({ kind: 'no-space', message: 'full' });
        };
        const handle = await h.release('aaa');
        await h.untilWaiting(handle, 'approval');
        await annoy(handle);
        await annoy(h.environment('staging'));
        expect(await notices(handle)).toMatch(/signal \w+ was ignored: /);
        await h.approve(handle);
        await h.untilWaiting(handle, 'operator');
        await annoy(h.rollout('production'));
        await annoy(h.environment('production'));
        fault.isDue = false;
        const resolution = { step: '', answer: 'retry', by: OPS, reason: 'mended' };
        await h.rollout('production').executeUpdate('resolve', { args: [resolution] });
        expect(await handle.result()).toMatchObject({ status: 'done' });
        for (const name of ['staging', 'production']) {
          await until(async () => ((await h.state(name)).queue.length === 0 ? true : undefined));
          expect((await h.state(name)).current?.release).toBe('aaa');
        }
        expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
        expect(h.simulation.ledger.filter(({ kind }) => kind === 'resolved')).toHaveLength(1);
      },
      simulation,
    );
  });

  it('are as large as Temporal lets through, with ten thousand keys, or nested as deep: each is a notice', async () => {
    const [keys, deep] = [
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`by${n}`, n]))),
      `${'{"by":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    ];
    const giants = [`{"by":"${'x'.repeat(1_900_000)}","reason":7}`, keys, deep, `[${keys},${deep}]`];
    await TestBed.run(
      code,
      async (h) => {
        const annoy = async (handle: WorkflowHandle) => {
          // The largest once each: Temporal ends a workflow whose history is too long, no matter who fills it.
          for (const [index, name] of Object.keys(MESSAGES).entries())
            for (const giant of index < 6 ? giants : giants.slice(1))
              await sendRaw(h, handle, name, [['json/plain', giant]]);
          for (const name of UPDATES)
            for (const giant of giants.slice(1))
              expect(await refusal(handle.executeUpdate(name, { args: [JSON.parse(giant)] }))).not.toBe('was accepted');
        };
        const handle = await h.release('aaa');
        await h.untilWaiting(handle, 'approval');
        for (const one of [handle, h.environment('staging')]) await annoy(one);
        expect(await notices(handle)).toMatch(/signal \w+ was ignored: /);
        h.simulation.hook = (words) => {
          if (words === 'production: start web aaa on local') throw permanent({ kind: 'no-space', message: 'full' });
        };
        await h.approve(handle);
        await h.untilWaiting(handle, 'operator');
        for (const one of [h.rollout('production'), h.environment('production')]) await annoy(one);
        h.simulation.hook = () => undefined;
        const resolution = { step: '', answer: 'retry', by: OPS, reason: 'mended' };
        await h.rollout('production').executeUpdate('resolve', { args: [resolution] });
        expect(await handle.result()).toMatchObject({ status: 'done' });
        expect((await h.state('production')).current?.release).toBe('aaa');
      },
      new Simulation(twoEnvironments(60_000, { onFailure: 'ask', operators: [OPS] })),
    );
  });

  it('reach a rollback and an eject, which end as they would have', async () =>
    await TestBed.run(
      code,
      async (h) => {
        expect(await h.releaseAll('aaa')).toMatchObject({ status: 'done' });
        expect(await h.releaseAll('bbb')).toMatchObject({ status: 'done' });
        const ask = async (type: string) => {
          const handle = await h.server.client.workflow.start(type, {
            workflowId: `${type}/${h.app}/production/${randomUUID()}`,
            taskQueue: h.app,
            args: [{ app: h.app, environment: 'production', by: OPS, reason: 'broken' }],
          });
          for (const name of SIGNALS) {
            await sendRaw(h, handle, name, [RAW[0]!]).catch(() => undefined);
            for (const value of fc.sample(hostile, { numRuns: 3, seed }))
              await signal(handle, name, harmless(name, value)).catch(() => undefined);
          }
          return await failure(handle.result());
        };
        expect(await ask('rollback')).toBe('succeeded');
        expect((await h.state('production')).current?.release).toBe('aaa');
        expect(await ask('eject')).toBe('succeeded');
      },
      new Simulation(twoEnvironments()),
    ));

  it('come from another installation in the namespace: each is refused, by its name', async () =>
    await TestBed.run(code, async (h) => {
      const handle = await h.release('aaa');
      await h.untilWaiting(handle, 'approval');
      const { client } = h.server;
      const other = { client, address: '', namespace: 'default', taskQueue: 'other' };
      const source = { url: '/src', commit: 'aaa'.repeat(10) };
      const request = { app: h.app, release: 'aaa', source, startedBy: 'ci' };
      const belongs = new RegExp(`belongs to the installation "${h.app}", but this is "other"`);
      await expect(beginRelease(other, request)).rejects.toThrow(belongs);
      await expect(readEnvironment(other, h.app, 'staging')).rejects.toThrow(belongs);
      await expect(sendFreeze(other, h.app, 'staging', { by: 'ops', reason: 'sale' })).rejects.toThrow(belongs);
      const activities = h.simulation.activities(client, 'other');
      await expect(activities.readEnvironment({ app: h.app, environment: 'staging' })).rejects.toThrow(belongs);
      const asked = { id: 'r', kind: 'eject', by: 'eve', requester: 'eject' } as const;
      const rollout = { app: h.app, environment: 'staging', request: asked };
      await expect(activities.requestRollout(rollout)).rejects.toThrow(belongs);
    }));
});

describeWith(['temporal'], 'a workflow that a stranger starts', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  const TYPES = Object.keys(STARTS) as (keyof typeof STARTS)[];
  /** Begins as it should, and goes on with anything. */
  const BEGUN = { by: 'eve', reason: '', startedBy: 'eve', release: 'aaa', service: 'db', kind: 'no-such' };
  const started = async (h: TestBed, type: string, workflowId: string, payloads: [string, string][]) => {
    await h.server.client.workflowService.startWorkflowExecution({
      namespace: 'default',
      workflowId,
      workflowType: { name: type },
      taskQueue: { name: h.app },
      requestId: randomUUID(),
      input: payloadsOf(payloads),
    });
    return await failure(h.server.client.workflow.getHandle(workflowId).result());
  };

  it('ends at once with a sentence, and takes the id of no release, rollout or environment', async () =>
    await TestBed.run(code, async (h) => {
      const ids = { environment: h.environment('staging'), rollout: h.rollout('staging') };
      const json = (value: unknown): [string, string][] => [['json/plain', JSON.stringify(value)]];
      const begun = { app: h.app, environment: 'staging', ...BEGUN };
      const broken = {
        app: h.app,
        environment: 'staging',
        committed: [],
        queue: [],
        counter: 1,
        frozen: 7,
        current: 7,
      };
      const inputs = [
        [],
        ...RAW.map((one): [string, string][] => [one]),
        ...[null, 7, [], {}, { app: 7 }, begun, { ...begun, request: {}, steps: [7], states: [7], state: broken }].map(
          json,
        ),
      ];
      for (const type of TYPES)
        for (const [index, payloads] of inputs.entries()) {
          const isOwn = type === 'environment' || type === 'rollout' || type === 'release';
          const id =
            type === 'release'
              ? releaseId(h.app, 'aaa')
              : isOwn
                ? ids[type as keyof typeof ids].workflowId
                : `${type}/${index}`;
          // With an application and its own name, an environment begins as windlass would begin it.
          if (type === 'environment' && index === inputs.length - 2) continue;
          expect([type, index, await started(h, type, id, payloads)]).toEqual([
            type,
            index,
            expect.stringMatching(/^Refused: \S/),
          ]);
        }
      const other = await started(h, 'environment', 'environment/other', json({ app: h.app, environment: 'staging' }));
      expect(other).toMatch(/its id is environment\/other\. Expected environment\/shop-\w+\/staging/);
      expect(await h.releaseAll('aaa')).toMatchObject({ status: 'done' });
    }));
});

/** What happens to be a whole command would rightly be carried out. */
const harmless = (name: MessageName, value: unknown): unknown =>
  COMMANDS.has(name) && 'value' in read<unknown>(MESSAGES[name], value) ? undefined : value;
const COMMANDS = new Set<MessageName>(['stop', 'hold', 'requestRollout']);

/** Some values cannot be sent at all: those are no message. */
const signal = async (handle: WorkflowHandle, name: string, value: unknown) =>
  await handle.signal(name, value).catch((error: Error) => {
    if (
      !/serializ|circular|INVALID_ARGUMENT|utf/i.test(`${error.message} ${(error.cause as Error | undefined)?.message}`)
    )
      throw error;
  });

async function sendRaw({ server }: TestBed, handle: WorkflowHandle, name: string, payloads: [string, string][]) {
  await server.client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: handle.workflowId },
    signalName: name,
    input: payloadsOf(payloads),
  });
}

const payloadsOf = (payloads: [string, string][]) => ({
  payloads: payloads.map(([encoding, data]) => ({
    metadata: encoding ? ({ encoding: Buffer.from(encoding) } as Record<string, Buffer>) : {},
    data: Buffer.from(data),
  })),
});

/** The details that Temporal's UI shows. */
const notices = async (handle: WorkflowHandle): Promise<string> =>
  JSON.stringify(await handle.query('__temporal_workflow_metadata'));
