import type { SwarmTarget } from '../../../src/model/target';
import { connectEngine } from '../../drivers/docker/connect';
import { hostProxy } from '../../drivers/proxy/host-proxy';
import { connectManager } from '../../drivers/swarm/connect';
import { currentWatch } from '../../heartbeat';
import type { Settings } from '../../settings';
import { bindOperations } from '../../engines/bind-operations';
import { factsOfEngines } from '../../engines/facts';
import { describeOthersAt } from '../../engines/answers';
import { describeRunning } from '../../engines/running';
import { planProxy } from '../../engines/proxy/plan-proxy';
import { describeWanted } from '../../engines/proxy/proxies';
import { proxySettings } from '../../engines/proxy/proxy-settings';
import type { TargetDriver } from '../driver';
import { ask, runOnce } from './ask';
import { checkSwarm } from './check';
import { edgesOf, onSwarm, type SwarmContext, type SwarmDeps } from './context';
import { describeDrift } from './drift';
import { handOver } from './leave/hand-over';
import { readLogs } from './logs';
import { observeSwarm } from './observe';
import { operations } from './operations';
import { routesTo } from './operations/routes';

export const openSwarm = (settings: Settings): TargetDriver<SwarmTarget> =>
  swarms({
    settings,
    proxy: hostProxy,
    connectManager: (at) => connectManager(at, settings),
    connectEngine: (at) => connectEngine(at, settings),
  });

/** A Docker swarm: what is asked goes to whichever manager answers, what the proxies do to the edges. */
export function swarms(deps: SwarmDeps): TargetDriver<SwarmTarget> {
  const { settings, proxy } = deps;
  return {
    observe: (target, place, project, models) => observeSwarm(deps, target, place, project, models),
    facts: (place, environment) => factsOfEngines(settings, place, environment),
    operations: bindOperations<SwarmTarget, SwarmContext>(operations, (ctx) => onSwarm(deps, ctx)),
    ask: (ctx, request) => ask(onSwarm(deps, ctx), request),
    runOnce: (ctx, command) => runOnce(onSwarm(deps, ctx), command),
    logs: (target, subject) => readLogs(deps, target, subject),
    describeRunning: ({ containers }) =>
      containers.flatMap((set) =>
        set.tasks.map(({ state, node }) => ({ ...describeRunning({ ...set, state, restarts: 0 }), node })),
      ),
    drift: (target, { place, release, record, observed }) => describeDrift(place, release, record, target, observed),
    async answers(target, place, release, environment) {
      const wanted = routesTo(place, environment, release, target.name);
      const each = edgesOf(deps, target).map(async ({ name, engine }) => {
        const served = await proxy.readServed(engine, place.installation);
        return served ? describeOthersAt(place, release, name, wanted, served) : [];
      });
      return (await Promise.all(each)).flat();
    },
    handOver: async ({ place }, _, environment, started) => handOver(settings, place, environment, started),
    check: (subject) => checkSwarm(deps, subject),
    async planBootstrap(host) {
      const steps = await Promise.all(
        edgesOf(deps, host).map(async ({ name, engine }) => ({ name, ...(await planProxy(settings, engine)) })),
      );
      const does = (['replace', 'start', 'none'] as const).find((one) => steps.some((step) => step.does === one));
      return { host, does: does ?? 'none', what: steps.map(({ name, what }) => `${name}: ${what}`).join('; ') };
    },
    async bootstrap(target) {
      // One after the other, so that the others serve meanwhile.
      for (const { engine } of edgesOf(deps, target))
        await proxy.replace(engine, proxySettings(settings), currentWatch());
      return {
        done: `the proxies of ${target.edge.map(({ name }) => name).join(', ')} run: ${describeWanted(settings)}`,
      };
    },
  };
}
