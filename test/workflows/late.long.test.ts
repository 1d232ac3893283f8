import { NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { permanent } from '../../activities/drivers/errors';
import { Wire } from '../../lab/faults/wire';
import { environmentId } from '../../src/model/names';
import { describeWith, parts } from '../setup/parts';
import { bundle, TestBed, refusal, until } from './test-bed';
import { twoEnvironments, Simulation } from './simulation';

describeWith(['temporal'], 'an environment that hears late that its rollout has begun', () => {
  let code: WorkflowBundleOption;
  let wire: Wire;
  let connection: NativeConnection;
  beforeAll(async () => {
    [code, wire] = await Promise.all([bundle(), Wire.open(parts().temporal.address)]);
    connection = await NativeConnection.connect({ address: wire.address });
  });
  afterAll(async () => {
    await connection.close();
    wire.close();
  });

  /** The worker dies with what tells it; it takes the server ten seconds to notice. */
  const late = (
    environment: string,
    simulation: Simulation,
    test: (h: TestBed, lost: Promise<void>) => Promise<void>,
  ) =>
    TestBed.run(
      code,
      (h) => test(h, wire.loseNewsOfChild(environmentId(h.app, environment))),
      simulation,
      false,
      connection,
    );

  it('records what was committed by then', async () =>
    await late('staging', new Simulation(twoEnvironments()), async (h, lost) => {
      const handle = await h.release('aaa');
      await lost;
      await h.untilWaiting(handle, 'approval');
      await h.store('late-environment', h.environment('staging'));
      expect((await h.state('staging')).current?.release).toBe('aaa');
      expect(h.simulation.runningIn('staging')).toEqual(['aaa: jobs web']);
    }));

  it('remembers the host that was left out by then', async () => {
    const hosts = ['one', 'two'].map((name) => ({ kind: 'docker' as const, name, address: `ssh://deploy@${name}` }));
    await late(
      'production',
      new Simulation(twoEnvironments(60_000, { onFailure: 'ask', targets: hosts })),
      async (h, lost) => {
        h.simulation.hook = (words) => {
          if (words === 'production: start web aaa on two') throw permanent({ kind: 'no-space', message: 'full' });
        };
        const handle = await h.release('aaa');
        await h.approve(handle);
        await lost;
        const answer = { step: '', answer: 'exclude-host', by: 'ops@example.com', reason: 'its disk is full' };
        const resolve = () => h.rollout('production').executeUpdate('resolve', { args: [answer] });
        await until(async () => ((await refusal(resolve())) === 'was accepted' ? true : undefined));
        expect(await handle.result()).toMatchObject({ status: 'done' });
        await h.store('late-excluding-environment', h.environment('production'));
        expect(await h.state('production')).toMatchObject({
          current: { release: 'aaa' },
          excluded: [{ host: 'two', reason: 'its disk is full' }],
        });
      },
    );
  });
});
