import { permanent, transient } from '../../activities/drivers/errors';
import type { OperationContext } from '../../activities/rollout/context';
import type { OperationOf, Operations, TargetDriver } from '../../activities/targets/driver';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import { environmentNetwork } from '../../src/model/names';
import { type Operation, OPERATION_NAMES } from '../../src/model/plan';
import type { DockerHost } from '../../src/model/target';
import { EngineRefuses, type Scope, type SimulatedHosts } from '../model/hosts';

/**
 * The driver of simulated hosts, so that tests run the real planning and rollout activities. `isAway` says of a host that it does
 * not answer. `test/targets/contract.ts` holds it against the real driver.
 */
export function simulatedHosts(
  hosts: SimulatedHosts,
  isAway: (host: string) => boolean = () => false,
): TargetDriver<DockerHost> {
  const operation =
    (name: OperationOf<'docker'>) =>
    async (ctx: OperationContext<DockerHost>, input: object): Promise<void> => {
      try {
        hosts.apply(await scopeOf(ctx), { ...input, name } as Operation);
      } catch (error) {
        if (!(error instanceof EngineRefuses)) throw error;
        throw permanent({ kind: 'engine-refuses', host: ctx.target.name, message: error.message });
      }
    };
  const names = OPERATION_NAMES.filter((name): name is OperationOf<'docker'> => name !== 'verify');
  return {
    async observe({ name }, { environment }) {
      if (isAway(name)) throw permanent({ kind: 'unreachable', host: name, message: `${name} does not answer` });
      return hosts.observe(environment, [name]).targets[name]!;
    },
    facts: (place, environment) => ({
      home: environmentNetwork(place),
      proxyHttp: '80',
      accessorySpecs: Object.fromEntries((environment?.services ?? []).map(({ name, image }) => [name, image])),
    }),
    operations: Object.fromEntries(names.map((name) => [name, operation(name)])) as unknown as Operations<DockerHost>,
    ask: async () => ({ status: 200, headers: {}, body: '', tookMs: 1 }),
    async runOnce({ target }, { command }) {
      if (isAway(target.name))
        throw transient({ kind: 'unreachable', host: target.name, message: 'it does not answer' });
      return { exitCode: command[0] === 'false' ? 1 : 0, lastLines: [] };
    },
    logs: async () => [],
    drift: () => [],
    describeRunning: () => [],
    answers: () => Promise.resolve([]),
    handOver: async () => ({
      says: 'left',
      command: { before: 'docker', option: '-f', after: 'up' },
      where: 'there',
    }),
    check: async ({ environment, host }) => ({
      environment: environment.name,
      host: host.name,
      ok: true,
      found: {},
      composed: [],
    }),
    planBootstrap: async (host) => ({ host, does: 'none', what: 'the proxy runs' }),
    bootstrap: async () => ({ done: 'the proxy runs' }),
  };
}

async function scopeOf(ctx: OperationContext<DockerHost>): Promise<Scope> {
  const records = await ctx.records();
  return {
    environment: ctx.place.environment,
    counter: ctx.counter,
    records: new Map(records.map((record): [string, ReleaseRecord] => [record.release, record])),
  };
}
