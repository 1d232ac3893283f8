import { randomUUID } from 'node:crypto';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { rolloutId } from '../../src/model/names';
import { planRollout } from '../../src/plan/plan-rollout';
import { packPlan } from '../../src/plan/pack';
import { describeWith } from '../setup/parts';
import { environment, planning, record, service } from '../src/plan/fixtures';
import { bundle, TestBed, until } from './test-bed';
import { Simulation } from './simulation';

const SERVICES = Array.from({ length: 8 }, (_, index) => service(`service-${index}`));
const production = (hosts: number) =>
  environment(SERVICES, {
    targets: Array.from({ length: hosts }, (_, n) => ({
      kind: 'docker',
      name: `host-${n}`,
      address: `ssh://host-${n}`,
    })),
    routes: [{ service: 'service-0', host: 'shop.example.com', path: '/', port: 80 }],
    soakMs: 100,
  });

describeWith(['temporal'], 'more than a handful of hosts', () => {
  let workflowBundle: WorkflowBundleOption;
  beforeAll(async () => void (workflowBundle = await bundle()));

  /** A release `old` runs everywhere, of which windlass has no record any more: all of it is to be replaced. */
  function worldOf(hosts: number): Simulation {
    const simulation = new Simulation([production(hosts)]);
    const old = record('old', production(hosts));
    const names = old.environments[0]!.targets.map(({ name }) => name);
    const plan = planRollout(planning({ wanted: old, observed: simulation.hosts.observe('production', names) }));
    const scope = { environment: 'production', counter: 1, records: new Map([['old', old]]) };
    for (const { operation } of plan.phases.flatMap(({ batches }) => batches.flat()))
      simulation.hosts.apply(scope, operation);
    return simulation;
  }

  const run = (hosts: number, test: (h: TestBed) => Promise<void>) => TestBed.run(workflowBundle, test, worldOf(hosts));
  const routes = (h: TestBed, hosts: number) => [
    ...new Set(Array.from({ length: hosts }, (_, n) => h.simulation.routedTo('production', `host-${n}`))),
  ];

  it('100 hosts of 8 services: plan and history stay small', async () => {
    await run(100, async (h) => {
      const began = Date.now();
      await (await h.release('new')).result();
      const seconds = (Date.now() - began) / 1_000;
      expect(routes(h, 100)).toEqual(['new']);
      expect(h.simulation.runningIn('production').map((line) => line.split(':')[0])).toEqual(['new']);
      const { plan } = await h.rolloutProgress('production');
      const history = await h.rollout('production').fetchHistory();
      const kilobytes = JSON.stringify(packPlan(plan!)).length / 1024;
      const events = history.events!.length;
      const operations = plan!.phases.flatMap(({ batches }) => batches.flat()).length;
      console.info(
        `100 hosts × 8 services: ${operations} steps in ${seconds.toFixed(1)} s; plan ${kilobytes.toFixed(0)} KB, history of the rollout ${events} events`,
      );
      expect(kilobytes).toBeLessThan(256);
      expect(events).toBeLessThan(2_000);
    });
  });

  it('a child that is killed loses nothing: all hosts go back', async () => {
    await run(7, async (h) => {
      let reached = false;
      h.simulation.hook = async (words, signal) => {
        if (!words.includes('start service-3 new on host-4')) return;
        reached = true;
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      };
      const release = await h.release('new');
      await until(() => reached || undefined);
      // The list is behind what runs.
      const child = await until(async () => {
        const children = h.server.client.workflow.list({
          query: `WorkflowType = 'hosts' AND ExecutionStatus = 'Running'`,
        });
        for await (const { workflowId } of children)
          if (workflowId.startsWith(rolloutId(h.app, 'production')) && workflowId.endsWith('/host-4'))
            return workflowId;
        return undefined;
      });
      await h.server.client.workflow.getHandle(child).terminate(randomUUID());
      await expect(release.result()).rejects.toThrow(/failed/);
      expect(routes(h, 7)).toEqual(['old']);
      expect(h.simulation.runningIn('production').map((line) => line.split(':')[0])).toEqual(['old']);
    });
  });

  it('a step that fails is told with its host and words, and the others are waited for', async () => {
    await run(7, async (h) => {
      const { permanent } = await import('../../activities/drivers/errors');
      h.simulation.hook = (words) => {
        if (words === 'production: start service-2 new on host-6')
          throw permanent({ kind: 'unhealthy', host: 'host-6', service: 'service-2', message: 'it says no' });
      };
      const release = await h.release('new');
      await expect(release.result()).rejects.toThrow(/failed/);
      await h.keep('many', release);
      await h.store('many-hosts', h.server.client.workflow.getHandle(`${rolloutId(h.app, 'production')}/2/1/host-0`));
      const { steps } = await h.rolloutProgress('production');
      const failed = Object.entries(steps).filter(([, { failure }]) => failure);
      expect(failed.map(([id, { failure }]) => `${id}: ${failure?.message}`)).toEqual([
        'prepare: start service-2 new on host-6: it says no',
      ]);
      expect(routes(h, 7)).toEqual(['old']);
    });
  });
});
