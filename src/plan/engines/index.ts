import type { PlanningInput } from '../planning';
import type { ObservedContainer } from '../../model/observed';
import type { TargetPlanner } from '../targets/planner';
import type { EngineInput, Own } from './own';
import { discardFormer, prepareAccessories, refuseMovedAccessories, warnOfAccessories } from './data/accessories';
import { refuseTakenAddresses } from './addresses';
import { refuseVolumes, warnOfEmpty } from './data/begins-empty';
import { warnOfUnseen } from './data/unseen-links';
import { planForget, warnOfBesides, warnOfForgotten } from './take-over/leftovers';
import { refuseLackOfProxy, warnOfOldProxies } from './proxies';
import { planEject, planToNothing, refuseOldAccessories, warnOfEject } from './take-over/leave';
import { oneWriter } from './data/one-writer';
import { fetchAndConnect, retire, runBefore, startBackground, startReleased, stopBackground, switchAll } from './steps';
import { stopOld } from './stop-old';
import { takeOver, warnOfTakeover } from './take-over/take-over';
import { observedHosts } from './observed-on';

/** The planner of a kind that consists of Docker engines: what is started there runs beside the old, behind a proxy of ours. */
export function planEngines(own: Own): TargetPlanner {
  const of = (input: PlanningInput): EngineInput => ({ ...input, own });
  return {
    refuse(input, after) {
      if (after) refuseMovedAccessories(of(input), after);
      if (input.kind === 'eject') refuseOldAccessories(of(input));
      if (after) refuseLackOfProxy(of(input), after);
      if (after) refuseTakenAddresses(input, after);
      if (after) refuseVolumes(input, after);
    },
    describeObserved,
    warnings: (input, after) => [
      ...warnOfOthers(input),
      ...warnOfOldProxies(of(input), after),
      ...warnOfTakeover(of(input), after),
      ...warnOfEmpty(input, after),
      ...warnOfUnseen(input, after),
      ...warnOfAccessories(of(input), after),
      ...warnOfForgotten(input, after),
    ],
    describeLeftovers: (input, after, phases) => warnOfBesides(of(input), after, phases),
    prepare: (input, after, release) => [
      ...fetchAndConnect(of(input), after, release),
      ...prepareAccessories(of(input), after, release),
    ],
    runBefore,
    startReleased,
    startBackground,
    stopBackground,
    stopOld,
    switchAll,
    retire: (input, after, release) => [...discardFormer(of(input), after, release), ...retire(of(input), release)],
    complete: (input, after, phases) => oneWriter(of(input), after, takeOver(of(input), after, phases)),
    planToNothing: (input) => planToNothing(of(input)),
    planEject: (input) => ({ phases: planEject(of(input)), warnings: warnOfEject(of(input)) }),
    planForget,
  };
}

/** Another container has another id. A changed set keeps its id, so its specification and count are named, too. */
function describeObserved({ observed }: PlanningInput): string[] {
  return observedHosts(observed).flatMap(([host, { containers, composed = [], routes }]) => [
    ...containers.map((c) => `${host}: ${c.name} ${c.id}${describeSet(c)}`).sort(),
    ...composed.filter(({ state }) => state === 'running').map((c) => `${host}: ${c.name} ${c.id}`),
    ...(routes?.release ? [`${host}: routes to ${routes.release}`] : []),
  ]);
}

/** What somebody changed by hand stays as it is until it goes. */
const warnOfOthers = ({ observed }: PlanningInput): string[] =>
  observedHosts(observed).flatMap(([, { containers }]) =>
    containers.flatMap(({ name, changed }) => (changed === undefined ? [] : [`${name} ${changed}`])),
  );

const describeSet = ({ spec, count }: ObservedContainer) => (count === undefined ? '' : ` ${spec} ×${count}`);
