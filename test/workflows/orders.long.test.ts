import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import fc from 'fast-check';
import { isMissing } from '../../cli/temporal/connect/calls';
import { permanent } from '../../activities/drivers/errors';
import type { EnvironmentState } from '../../src/model/environment/environment';
import { describeWith } from '../setup/parts';
import { bundle, failure, TestBed, refusal, until } from './test-bed';
import { twoEnvironments, Simulation } from './simulation';

/**
 * Messages in any order, to the real workflows on the real server; for half of the orders its worker forgets all workflows after
 * each message, so that they are replayed at every point. The seed of a failure is printed; `WINDLASS_SEED=…` repeats
 * it, `WINDLASS_ORDERS=…` makes it longer. What was found stays in `FOUND`.
 */
const RUNS = Number(process.env['WINDLASS_ORDERS'] ?? 8);
const seed = process.env['WINDLASS_SEED'] ? Number(process.env['WINDLASS_SEED']) : undefined;

const OPS = 'ops@example.com';
const RELEASES = ['aaa', 'bbb', 'ccc'];
const ANSWERS = ['retry', 'rollback', 'exclude-host', 'skip'];

/** What somebody sends; `who` picks among those who may, do not know better, or are not listed. */
const message = fc.record({
  what: fc.constantFrom(
    ...(['release', 'release', 'approve', 'approve', 'approve', 'reject', 'cancel'] as const),
    ...(['freeze', 'thaw', 'resolve', 'resolve', 'rollback', 'terminate'] as const),
  ),
  release: fc.nat(RELEASES.length - 1),
  /** Ana and Ben may approve, OPS may freeze, cancel and answer; Eve may nothing. */
  who: fc.constantFrom('ana@example.com', 'ben@example.com', OPS, OPS, 'eve@example.com'),
  plan: fc.constantFrom('asked', 'asked', 'asked', 'another'),
  /** The very same message once more, at the same time. */
  twice: fc.boolean(),
  answer: fc.nat(ANSWERS.length - 1),
  /** A decision or an answer from Temporal's own CLI or UI, which nobody can refuse to its sender's face. */
  bySignal: fc.boolean(),
  /** Before it is sent: how much has happened since the one before. */
  afterMs: fc.constantFrom(0, 0, 30, 150, 400),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

/** Steps of the simulated hosts that fail, each once, as a person could mend it or not. */
const trouble = fc.array(
  fc.record({
    words: fc.constantFrom('start web', 'switch routes to', 'watch instances', 'pull web'),
    kind: fc.constantFrom('no-space', 'unhealthy'),
  }),
  { maxLength: 2 },
);
type Trouble = (typeof trouble extends fc.Arbitrary<infer T> ? T : never)[number];

/** Counter-examples that were found: each is tried again. */
const FOUND: [Message[], Trouble[], boolean][] = [];

/** What is said to a sender whose message does not count. */
const REFUSALS = new RegExp(
  [
    'may not decide about|is not among the operators',
    'started this release and may not',
    'no decision about',
    'the pending plan is',
    'the plan has changed from',
    'is waiting for a decision about',
    'has already decided|decided already',
    'no question for an operator',
    'is not an answer to this question',
    'has already answered',
    'is already frozen',
    'is not frozen',
    'has already ended',
    'already (started|completed)',
    'completed before',
    'aborted by closing workflow',
    'not found',
  ].join('|'),
);

describeWith(['temporal'], 'messages in any order', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));

  it(
    'come to one outcome each, which every sender is told, and the environment is on one release',
    async () => {
      const law = fc.asyncProperty(
        fc.array(message, { minLength: 4, maxLength: 14 }),
        trouble,
        fc.boolean(),
        async (messages, faults, forgets) =>
          await TestBed.run(code, (h) => tryOrder(h, messages, faults), onlyProduction(), forgets),
      );
      await fc.assert(law, { numRuns: RUNS, examples: FOUND, endOnFailure: true, ...(seed !== undefined && { seed }) });
    },
    60_000 + RUNS * 60_000,
  );
});

const onlyProduction = () =>
  new Simulation(
    twoEnvironments(60_000, { onFailure: 'ask', operators: [OPS] }).filter(({ name }) => name === 'production'),
  );

async function tryOrder(h: TestBed, messages: Message[], faults: Trouble[]): Promise<void> {
  const { workflow } = h.server.client;
  const left = [...faults];
  h.simulation.hook = (words) => {
    const index = left.findIndex((one) => words.startsWith(`production: ${one.words}`));
    const [fault] = index < 0 ? [] : left.splice(index, 1);
    if (fault) throw permanent({ kind: fault.kind, message: `${words} failed` });
  };
  const releases = new Map<string, WorkflowHandle>();
  const rollbacks: WorkflowHandle[] = [];
  /** By release: the message that started it. One that has ended would be started again, and is another story. */
  const started = new Map<string, string>();
  const told: Promise<{ said: string; of: Message }>[] = [];

  const deliver = async (
    { what, release: index, who, plan, answer, bySignal }: Message,
    id: string,
  ): Promise<string> => {
    const release = RELEASES[index]!;
    const handle = h.handle(release);
    const { waitingFor } = await h.progress(handle).catch(() => ({ waitingFor: undefined }));
    const production = h.environment('production');
    switch (what) {
      case 'release':
        if ((started.get(release) ?? id) !== id) return 'was started before';
        started.set(release, id);
        return await h.release(release).then(
          (one) => (releases.set(release, one), 'was started'),
          (error: Error) => String(error),
        );
      case 'approve':
      case 'reject': {
        const asked = waitingFor?.kind === 'approval' ? waitingFor.plan : 'none';
        const decision = { environment: 'production', decision: what, by: who, reason: 'why not', id };
        const args = { ...decision, plan: plan === 'asked' ? asked : 'another' };
        if (bySignal) return await refusal(handle.signal('decision', args));
        return await refusal(handle.executeUpdate<string, [unknown]>('decide', { args: [args] }));
      }
      case 'cancel':
        return await refusal(handle.executeUpdate('cancelRelease', { args: [{ by: who, reason: 'no' }] }));
      case 'freeze':
      case 'thaw':
        return await refusal(production.executeUpdate(what, { args: [{ by: who, reason: 'sale' }] }));
      case 'resolve': {
        const resolution = { step: '', answer: ANSWERS[answer], by: who, reason: 'mended' };
        if (bySignal) return await refusal(h.rollout('production').signal('resolution', resolution));
        return await refusal(h.rollout('production').executeUpdate('resolve', { args: [resolution] }));
      }
      case 'terminate':
        return await h
          .rollout('production')
          .terminate('by hand')
          .then(
            () => 'was accepted',
            (error: Error) => error.message,
          );
      case 'rollback': {
        const started = await workflow.start('rollback', {
          workflowId: `rollback/${h.app}/production/${id}`,
          taskQueue: h.app,
          args: [{ app: h.app, environment: 'production', by: who, reason: 'broken' }],
        });
        rollbacks.push(started);
        return 'was accepted';
      }
    }
  };

  for (const one of messages) {
    await pause(one.afterMs);
    const id = randomUUID();
    const isTwice = one.twice && one.what !== 'rollback';
    for (const _ of isTwice ? [1, 2] : [1]) told.push(deliver(one, id).then((said) => ({ said, of: one })));
  }
  for (const { said, of } of await Promise.all(told))
    if (!/^was (accepted|started)/.test(said))
      expect({ said, of }).toEqual({ said: expect.stringMatching(REFUSALS), of });

  await settle(h, [...releases.values(), ...rollbacks]);
  await expectOneOutcomeEach(h, releases, rollbacks);
}

/** What still waits for people gets its answer, until nothing does. */
async function settle(h: TestBed, handles: WorkflowHandle[]): Promise<void> {
  const open = new Set(handles);
  for (const handle of handles)
    void handle.result().then(
      () => open.delete(handle),
      () => open.delete(handle),
    );
  await until(async () => {
    if (open.size === 0) return true;
    const state = await h.state('production').catch(() => undefined);
    if (state?.frozen)
      await refusal(h.environment('production').executeUpdate('thaw', { args: [{ by: OPS, reason: 'over' }] }));
    const { question } = await h.rolloutProgress('production').catch(() => ({ question: undefined }));
    const answer = question?.answers.rollback ? 'rollback' : 'retry';
    if (question)
      await refusal(
        h.rollout('production').executeUpdate('resolve', { args: [{ step: '', answer, by: OPS, reason: 'over' }] }),
      );
    for (const handle of open) {
      const { waitingFor } = await h.progress(handle).catch(() => ({ waitingFor: undefined }));
      if (waitingFor?.kind !== 'approval') continue;
      const decision = { environment: 'production', plan: waitingFor.plan, decision: 'approve', id: randomUUID() };
      await refusal(handle.executeUpdate('decide', { args: [{ ...decision, by: 'ana@example.com' }] }));
    }
    return undefined;
  });
}

async function expectOneOutcomeEach(
  h: TestBed,
  releases: Map<string, WorkflowHandle>,
  rollbacks: WorkflowHandle[],
): Promise<void> {
  const ledger = (kind: string, release?: string) =>
    h.simulation.ledger.filter((one) => one.kind === kind && (release === undefined || one.release === release));
  for (const [release, handle] of releases) {
    const outcome = await failure(handle.result());
    expect(outcome).toMatch(/^succeeded|^(failed|rejected|cancelled): /);
    const ended = ledger('release-ended', release);
    // Where the ledger is stands in the source: one that was cancelled before it was read has neither begun nor ended there.
    const isRead = ledger('release-started', release).length > 0;
    if (!isRead) expect(outcome).toMatch(/^cancelled: /);
    expect(ended).toHaveLength(isRead ? 1 : 0);
    for (const { what } of ended)
      expect(what).toMatch(outcome === 'succeeded' ? /^done$/ : /^(failed|rejected|cancelled): /);
    // Nothing goes past the gate without a decision, nor with one of somebody who is not listed.
    const decisions = ledger('decision', release);
    const approvals = decisions.filter(({ what }) => what === 'approved');
    if (outcome === 'succeeded') expect(approvals.length).toBeGreaterThan(0);
    for (const { by } of decisions) expect(['ana@example.com', 'ben@example.com']).toContain(by);
  }
  for (const handle of rollbacks) await failure(handle.result());
  const { current, interrupted, frozen } = await until(async (): Promise<Partial<EnvironmentState> | undefined> => {
    try {
      const state = await h.state('production');
      return state.running || state.queue.length > 0 ? undefined : state;
    } catch (error) {
      // Where nothing was ever asked of it, there is none. Any other error says nothing: it is asked again.
      return isMissing(error) ? {} : undefined;
    }
  });
  const isSkipped = ledger('resolved').some(({ what }) => what.startsWith('skip'));
  // One that could not be taken back says so, and is taken back before anything else; who skips a step answers for it.
  if (!interrupted && !isSkipped) {
    expect(h.simulation.routedTo('production')).toBe(current?.release);
    // What a cancel after the commit left to clean may run beside it.
    if (current) expect(h.simulation.runningIn('production')).toContain(`${current.release}: jobs web`);
  }
  // And it is not stuck: the next release is all that runs.
  h.simulation.hook = () => undefined;
  if (frozen) await h.environment('production').executeUpdate('thaw', { args: [{ by: OPS, reason: 'over' }] });
  const last = await h.release('ddd');
  await until(() => h.approve(last).catch(() => undefined));
  expect(await failure(last.result())).toBe('succeeded');
  expect([h.simulation.runningIn('production'), h.simulation.routedTo('production')]).toEqual([
    ['ddd: jobs web'],
    'ddd',
  ]);
  expect((await h.state('production')).interrupted).toBeUndefined();
}
