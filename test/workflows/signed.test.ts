import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Decision } from '../../src/model/approval/decision';
import type { ApprovedPlan } from '../../src/model/environment/environment';
import { releaseId } from '../../src/model/names';
import type { ReleaseRequest } from '../../src/model/release';
import { type SignedStatement, stateThat } from '../../src/model/approval/statement';
import { detailOfStart, recordIn } from '../../src/model/approval/statement-parts';
import { describeWith } from '../setup/parts';
import { ANA, BEN, CI, EVE, noPolicy, sign, usePolicy } from './signers';
import { twoEnvironments, Simulation } from './simulation';
import { bundle, failure, TestBed, refusal, until } from './test-bed';

const APPROVAL = { from: [ANA, BEN, CI], count: 1, starterMay: false, timeoutMs: 60_000 };

describeWith(['temporal'], 'a policy that wants decisions signed', () => {
  let code: WorkflowBundleOption;
  beforeAll(async () => void (code = await bundle()));
  beforeEach(() => usePolicy());
  afterEach(noPolicy);

  const run = (test: (h: TestBed) => Promise<void>, approval = APPROVAL, operators: string[] = []) =>
    TestBed.run(code, test, new Simulation(twoEnvironments(60_000, { approval, operators })));

  async function start(h: TestBed, release: string, by = CI, signer: string | undefined = by): Promise<WorkflowHandle> {
    const source = { url: '/src', commit: release.repeat(10) };
    const request: ReleaseRequest = { app: h.app, release, source, startedBy: by };
    const detail = detailOfStart(request);
    const signed = signer && sign({ app: h.app, release, decision: 'start', detail, by }, signer);
    return await h.server.client.workflow.start('release', {
      workflowId: releaseId(h.app, release),
      taskQueue: h.app,
      args: [{ ...request, ...(signed && { signed }) }],
    });
  }

  /** A decision on what is asked now; `forged` is what is otherwise in what was signed. */
  async function decision(
    h: TestBed,
    handle: WorkflowHandle,
    by = ANA,
    { signer = by, validMs = 60_000, word = 'approve' as Decision['decision'], forged = {} } = {},
  ): Promise<Decision> {
    const { environment, plan, signing } = await h.untilWaiting(handle, 'approval');
    const { release } = await h.progress(handle);
    const { nonce, record } = signing!;
    const about = { app: h.app, environment, release, record, plan, nonce, ...forged };
    const signed = sign({ ...about, decision: word, by }, signer, validMs);
    return { environment, plan, decision: word, by, id: randomUUID(), signed: { ...signed, nonce } };
  }
  const decide = (handle: WorkflowHandle, sent: unknown) =>
    handle.executeUpdate<string, [unknown]>('decide', { args: [sent] });
  const all = async (h: TestBed, release: string) => {
    const handle = await start(h, release);
    await decide(handle, await decision(h, handle));
    return await handle.result();
  };
  const ends = (h: TestBed, name = 'production') => until(async () => (await h.state(name)).lastOutcome?.what);
  const shown = async (handle: WorkflowHandle): Promise<string> =>
    JSON.stringify(await handle.query('__temporal_workflow_metadata'));

  it('takes a signature of the person for what is asked, and keeps it in the ledger', async () =>
    await run(async (h) => {
      expect(await all(h, 'aaa')).toMatchObject({ status: 'done' });
      await h.keep('signed', h.handle('aaa'));
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      const kept = h.simulation.ledger
        .filter(({ signed }) => signed)
        .map(({ kind, by, signed }) => [kind, by, signed?.by]);
      expect(kept).toEqual([
        ['release-started', CI, CI],
        ['decision', ANA, ANA],
      ]);
    }));

  it('refuses what is not signed, or by another key, for another plan, release, environment or question, or over', async () =>
    await run(async (h) => {
      const handle = await start(h, 'aaa');
      const good = await decision(h, handle);
      const refused = async (sent: Promise<Decision> | Decision) => await refusal(decide(handle, await sent));
      const { signed: _, ...bare } = good;
      expect(await refused(bare)).toMatch(/^approve by ana@example.com is not signed, and the policy takes it with/);
      const forge = (forged: object) => decision(h, handle, ANA, { forged });
      for (const forged of [
        { plan: 'f'.repeat(64) },
        { plan: good.plan.slice(0, 12) },
        { release: 'bbb' },
        { environment: 'staging' },
        { app: 'other' },
        { record: 'registry/other@sha256:0' },
        { nonce: randomUUID() },
        { reason: 'another one' },
      ])
        expect({ forged, said: await refused(forge(forged)) }).toEqual({
          forged,
          said: expect.stringContaining('is not of this text'),
        });
      expect(await refused(decision(h, handle, ANA, { signer: EVE }))).toMatch(/which the policy lists for nobody/);
      expect(await refused(decision(h, handle, ANA, { signer: BEN }))).toMatch(/is by a key of ben@example.com/);
      expect(await refused(decision(h, handle, ANA, { validMs: -1 }))).toMatch(/was good until/);
      expect(await refused({ ...good, signed: { ...good.signed!, nonce: 'other' } })).toMatch(
        /is for another question/,
      );
      expect(await refused({ ...good, signed: { ...good.signed!, signature: 'x' } })).toMatch(/has no -----BEGIN SSH/);
      await handle.signal('decision', bare);
      await handle.signal('decision', await decision(h, handle, ANA, { signer: EVE }));
      await until(async () => (/nobody/.test(await shown(handle)) ? true : undefined));
      expect(await shown(handle)).toMatch(/refused: approve by ana@example.com is not signed/);
      expect((await h.untilWaiting(handle, 'approval')).decisions).toEqual([]);
      expect(h.simulation.runningIn('production')).toEqual([]);
      await handle.signal('decision', good);
      expect(await handle.result()).toMatchObject({ status: 'done' });
    }));

  it('counts persons by their keys: two keys of one person are one, and the starter is the one whose key it was', async () =>
    await run(
      async (h) => {
        const handle = await start(h, 'aaa', BEN);
        await decide(handle, await decision(h, handle, ANA));
        const again = await decision(h, handle, ANA, { signer: 'spare' });
        expect(await refusal(decide(handle, again))).toMatch('ana@example.com has already decided');
        expect(await refusal(decide(handle, await decision(h, handle, BEN)))).toMatch('started this release');
        await decide(handle, await decision(h, handle, CI));
        expect(await handle.result()).toMatchObject({ status: 'done' });
      },
      { ...APPROVAL, count: 2 },
    ));

  it('starts no release that nobody has signed, or somebody else', async () =>
    await run(async (h) => {
      expect(await failure((await start(h, 'aaa', CI, '')).result())).toMatch(
        /^failed: start by ci@example.com is not signed/,
      );
      expect(await failure((await start(h, 'bbb', CI, EVE)).result())).toMatch(/which the policy lists for nobody/);
      expect(await failure((await start(h, 'ccc', CI, ANA)).result())).toMatch(/is by a key of ana@example.com/);
      expect(h.simulation.records.size).toBe(0);
    }));

  it('is not passed by a signal to the environment, whatever it carries', async () =>
    await run(async (h) => {
      await all(h, 'aaa');
      const waiting = await start(h, 'bbb');
      const asked = await h.untilWaiting(waiting, 'approval');
      const { record } = await h.progress(waiting);
      const staged = h.simulation.ledger.find((one) => one.kind === 'release-started' && one.release === 'bbb');
      const started = staged!.signed!;
      const production = h.environment('production');
      const send = async (request: object) => {
        const before = (await h.state('production')).lastOutcome?.at;
        const full = { id: randomUUID(), record, by: EVE, requester: waiting.workflowId, ...request };
        await production.signal('requestRollout', full);
        return await until(async () => {
          const { lastOutcome } = await h.state('production');
          return lastOutcome?.at === before ? undefined : lastOutcome?.what;
        });
      };
      const approved: ApprovedPlan = { hash: asked.plan, before: [], changes: [] };
      const again = /needs a new approval/;
      const not = /could not be planned/;
      expect(await send({ kind: 'release' })).toMatch(again);
      expect(await send({ kind: 'release', approved })).toMatch(/could not be planned: nobody has signed the start/);
      expect(await send({ kind: 'release', approved, signed: [started] })).toMatch(again);
      const forged = await decision(h, waiting, ANA, { signer: EVE });
      const about = { installation: 'windlass', app: h.app, environment: 'production', release: 'bbb', by: ANA };
      const { record: place } = asked.signing!;
      const said = { ...about, ...forged.signed!, plan: asked.plan, record: place, decision: 'approve' } as const;
      const claimed: SignedStatement = { ...stateThat({ ...said, reason: '' }), signature: forged.signed!.signature };
      expect(await send({ kind: 'release', approved: { ...approved, signed: [claimed] }, signed: [started] })).toMatch(
        again,
      );
      expect(await send({ kind: 'rollback' })).toMatch(not);
      const { current } = await h.state('production');
      expect(await send({ kind: 'rollback', record: current!.record })).toMatch(
        /the rollback is not signed by one of ana/,
      );
      expect(await send({ kind: 'eject', record: undefined, approved })).toMatch(again);
      expect(await send({ kind: 'release', record: current!.record, forget: 'jobs' })).toMatch(not);
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect((await h.state('production')).current?.release).toBe('aaa');

      // Where no approval is asked, a record that no worker has stored is refused, too.
      const elsewhere = { ...record, registry: { address: 'registry.of.eve' } };
      const staging = h.environment('staging');
      const replay = { kind: 'release', by: EVE, requester: 'x', signed: [started] };
      await staging.signal('requestRollout', { ...replay, id: randomUUID(), record: elsewhere });
      await until(async () => (/no worker of this/.test((await ends(h, 'staging')) ?? '') ? true : undefined));
      await staging.signal('requestRollout', { ...replay, id: randomUUID(), record });
      await until(async () => (/was used before/.test((await ends(h, 'staging')) ?? '') ? true : undefined));
    }));

  it('is not passed by what was approved once: a signature is good for one rollout', async () =>
    await run(async (h) => {
      await all(h, 'aaa');
      await all(h, 'bbb');
      const signed = h.simulation.ledger.flatMap((one) => (one.release === 'bbb' && one.signed ? [one.signed] : []));
      const { current, committed } = await h.state('production');
      const target = committed.find(({ release }) => release === 'aaa')!;
      const about = { release: 'aaa', record: recordIn(target.record), environment: 'production' };
      const back = sign({ app: h.app, decision: 'rollback', by: ANA, reason: 'bad', ...about });
      const input = { app: h.app, environment: 'production', release: 'aaa', by: ANA, reason: 'bad', signed: back };
      const rollback = (n: number) =>
        h.server.client.workflow.execute('rollback', {
          workflowId: `rollback/${h.app}/production/${n}`,
          taskQueue: h.app,
          args: [input],
        });
      expect(await rollback(1)).toMatchObject({ status: 'done' });
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      // The very plan that was approved is what would be done now.
      const approvals = signed.filter((one) => one.decision === 'approve');
      const approved = { hash: approvals[0]!.plan, before: [], changes: [], signed: approvals };
      const replay = { id: randomUUID(), kind: 'release', record: current!.record, by: EVE, requester: 'x' };
      await h.environment('production').signal('requestRollout', { ...replay, approved, signed });
      await until(async () => (/used before|needs a new approval/.test((await ends(h)) ?? '') ? true : undefined));
      expect(h.simulation.runningIn('production')).toEqual(['aaa: jobs web']);
      expect(await failure(rollback(2))).toMatch(/was used before/);
    }));

  it('is not passed by workflows that are started by hand', async () =>
    await run(
      async (h) => {
        await all(h, 'aaa');
        await all(h, 'bbb');
        const { committed, app, counter } = await h.state('production');
        const older = committed.find(({ release }) => release === 'aaa')!;
        const byHand = async (type: string, id: string, input: object) => {
          const handle = await h.server.client.workflow.start(type, {
            workflowId: id,
            taskQueue: h.app,
            args: [input],
          });
          return await failure(handle.result());
        };
        const place = { app, environment: 'production' };
        const asking = { ...place, by: ANA, reason: 'x' };
        expect(await byHand('rollback', 'by-hand/1', asking)).toMatch(/rollback by ana@example.com is not signed/);
        expect(await byHand('eject', 'by-hand/2', asking)).toMatch(/eject by ana@example.com is not signed/);
        expect(await byHand('forget', 'by-hand/3', { ...asking, service: 'jobs' })).toMatch(
          /forget by .* is not signed/,
        );
        const signed = sign({ app, environment: 'production', decision: 'freeze', by: CI });
        expect(
          await refusal(
            h.environment('production').executeUpdate('freeze', { args: [{ by: CI, reason: '', signed }] }),
          ),
        ).toMatch('ci@example.com is not among the operators');
        const scope = { ...place, counter, records: { aaa: older.record } };
        const operation = { name: 'removeInstance', host: 'local', release: 'bbb', service: 'web' };
        const step = { scope, steps: [{ operation, summary: 'x' }] };
        expect(await byHand('hosts', 'by-hand/4', step)).toMatch(/are started by rollout\/.* alone/);

        // An environment that was terminated, and restarted with a state that somebody made up.
        await h.environment('production').terminate();
        const state = { ...place, committed, queue: [], counter, current: older, interrupted: 'made up' };
        await h.server.client.workflow.start('environment', {
          workflowId: `environment/${app}/production`,
          taskQueue: h.app,
          args: [{ ...place, state }],
        });
        const request = { id: randomUUID(), kind: 'rollback', record: older.record, by: EVE, requester: 'x' };
        await h.environment('production').signal('requestRollout', request);
        await until(async () =>
          /the ledger does not say/.test((await h.state('production')).interrupted ?? '') ? true : undefined,
        );
        expect(h.simulation.runningIn('production')).toEqual(['bbb: jobs web']);
      },
      APPROVAL,
      [ANA],
    ));

  it('hears a freeze, a thaw and a cancel that are signed, each once', async () =>
    await run(async (h) => {
      await all(h, 'aaa');
      const production = h.environment('production');
      const say = (word: 'freeze' | 'thaw', signed?: object) =>
        production.executeUpdate<string, [unknown]>(word, {
          args: [{ by: ANA, reason: 'sale', ...(signed && { signed }) }],
        });
      const about = { app: h.app, environment: 'production', by: ANA, reason: 'sale' };
      const [freeze, thaw] = [sign({ ...about, decision: 'freeze' }), sign({ ...about, decision: 'thaw' })];
      expect(await refusal(say('freeze'))).toMatch(/freeze by ana@example.com is not signed/);
      expect(await refusal(say('freeze', thaw))).toMatch(/is not of this text/);
      expect(await say('freeze', freeze)).toMatch('is frozen');
      expect(await refusal(say('thaw'))).toMatch(/thaw by ana@example.com is not signed/);
      expect(await say('thaw', thaw)).toMatch('is thawed');
      expect(await refusal(say('freeze', freeze))).toMatch('its signature was used before');
      const handle = await start(h, 'bbb');
      await h.untilWaiting(handle, 'approval');
      const said = { app: h.app, release: 'bbb', decision: 'cancel', by: ANA, reason: 'no' } as const;
      const cancel = (signed?: object) =>
        handle.executeUpdate<string, [unknown]>('cancelRelease', {
          args: [{ by: ANA, reason: 'no', ...(signed && { signed }) }],
        });
      expect(await refusal(cancel())).toMatch(/cancel by ana@example.com is not signed/);
      expect(await refusal(cancel(sign(said, EVE)))).toMatch(/lists for nobody/);
      expect(await cancel(sign(said))).toMatch('is being cancelled');
      expect(await failure(handle.result())).toMatch(/^cancelled: cancelled by ana@example.com: no/);
      const kept = h.simulation.ledger.filter(({ kind }) => ['frozen', 'thawed', 'release-ended'].includes(kind));
      expect(kept.map(({ signed }) => signed?.decision)).toEqual([undefined, 'freeze', 'thaw', 'cancel']);
    }));
});
