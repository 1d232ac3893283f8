import { findEnvironment } from '../../../model/environment/find';
import type { EnvironmentRecord } from '../../../manifest/record/record';
import { isNameless } from '../../../model/container/data';
import type { ComposeContainer, ObservedContainer } from '../../../model/observed';
import type { Phase, Step } from '../../../model/plan';
import { type PlanningInput, Refused } from '../../planning';
import { describeNameless } from './leftovers';
import type { EngineInput } from '../own';
import { observedOn } from '../observed-on';
import { filled } from '../../batches';
import { removeInstances, removeNetworks, retire, stopBackground, switchRoutes } from '../steps';
import { restartOfComposed } from './take-over';

/**
 * Returns to what was there before: docker compose, or a stack. Everything windlass runs for the environment is removed, accessories
 * too, because there would be second ones on their volumes. What was there before, and every volume, stays, and is left
 * ready, or started.
 */
export function planEject(input: EngineInput): Phase[] {
  const hosts = Object.keys(input.observed.targets).sort();
  const release = input.current?.release ?? '';
  const each = (make: (host: string) => Step[]) => hosts.flatMap(make);
  const isRouted = (host: string) => observedOn(input.observed, host).routes?.release !== undefined;
  return [
    {
      name: 'switch',
      batches: filled([
        ...stopBackground(input, undefined),
        switchRoutes(input, undefined, hosts),
        each((host) =>
          isRouted(host)
            ? [{ operation: { name: 'closeProxy', target: host }, undo: { name: 'openProxy', target: host, release } }]
            : [],
        ),
        ...(input.startComposed ? [each((host) => startAgain(input, host))] : []),
      ]),
    },
    { name: 'commit', batches: [] },
    {
      name: 'retire',
      batches: filled([
        removeInstances(input, undefined),
        each((host) => [...removeAccessories(input, host), ...handBack(input, host)]),
        removeNetworks(input, undefined),
        each((host) => [input.own.leave(host)]),
      ]),
    },
  ];
}

function restartComposed(input: EngineInput): Step[][] {
  const hosts = Object.keys(input.observed.targets).sort();
  const stopped = hosts.filter((host) => stoppedContainers(input, host).length > 0);
  return [
    stopped.map((host): Step => ({ operation: { name: 'closeProxy', target: host } })),
    input.own.adopts ? [] : stopped.flatMap((host) => removeSuccessors(input, host)),
    stopped.flatMap((host) => startAgain(input, host).map(({ operation }): Step => ({ operation }))),
  ];
}

/** What an operator must know first. */
export function warnOfEject(input: EngineInput): string[] {
  const { current, environment, startComposed } = input;
  const { maker, thing, start } = input.own.words;
  const hosts = Object.keys(input.observed.targets).sort();
  const own = hosts.flatMap((host) => ownAccessories(input, host).map(({ service }) => service));
  const project = environmentIn(input)?.project ?? '';
  return [
    startComposed
      ? `OUTAGE: ${environment} is down from the switch until ${maker}'s former ${thing}s have restarted`
      : `OUTAGE: ${environment} is down from the switch until ${maker} has taken over: ${start(project)}`,
    ...(own.length > 0
      ? [
          `${[...new Set(own)].join(', ')}: its ${thing} is removed, because ${maker} would start a second one on its data; ` +
            `the volumes stay, and ${maker} creates a ${thing} on them`,
        ]
      : []),
    ...hosts.flatMap((host) => ownAccessories(input, host).flatMap((own) => warnOfNameless(input, host, own))),
    `${environment} can no longer roll back to ${current?.release} or earlier; a new release takes it over again`,
  ];
}

/** A volume that only the image declares passes from container to container; docker compose has another one, or none. */
function warnOfNameless(input: EngineInput, host: string, { service, writes = [] }: ObservedContainer): string[] {
  const { maker } = input.own.words;
  const composed = (observedOn(input.observed, host).composed ?? []).filter((one) => one.service === service);
  const known = composed.flatMap((one) => one.writes ?? []).map(({ store }) => store);
  const left = writes.filter(({ store }) => isNameless(store) && !known.includes(store));
  return left.length === 0
    ? []
    : [
        `${service}: starts empty in ${maker}. Its current data is in ${left.map(({ store }) => store).join(', ')} of ${host}${describeNameless(left)}`,
      ];
}

/** Only a person starts compose's former database on data that a newer one has changed. */
export function refuseOldAccessories(input: EngineInput): void {
  if (!input.startComposed) return;
  const { maker, thing, start } = input.own.words;
  for (const host of Object.keys(input.observed.targets).sort())
    for (const { service } of ownAccessories(input, host))
      throw new Refused({
        kind: 'accessory-is-own',
        host,
        service,
        message:
          `${service} was recreated since ${maker} ran it, so its former ${thing} is not started on its data. ` +
          `Eject without --start, then run ${start(environmentIn(input)?.project ?? '')}, which creates it from the compose file`,
      });
}

const environmentIn = ({ current, left, environment }: PlanningInput): EnvironmentRecord | undefined =>
  findEnvironment(current ?? left, environment);

const ownAccessories = ({ observed }: PlanningInput, host: string) =>
  observedOn(observed, host).containers.filter(({ role }) => role === 'accessory');

const removeAccessories = (input: PlanningInput, host: string): Step[] =>
  ownAccessories(input, host).map(({ service, release }) => ({
    operation: { name: 'removeAccessory', target: host, service, release },
  }));

/** What is started again must not meet the accessory that took over its data. */
const removeSuccessors = (input: PlanningInput, host: string): Step[] => {
  const services = stoppedContainers(input, host).map(({ service }) => service);
  return removeAccessories(input, host).filter(
    ({ operation }) => 'service' in operation && services.includes(operation.service),
  );
};

function stoppedContainers(input: PlanningInput, host: string): ComposeContainer[] {
  const services = environmentIn(input)?.services ?? [];
  const composed = observedOn(input.observed, host).composed ?? [];
  return composed.filter((one) => one.state === 'exited' && services.some(({ name }) => name === one.service));
}

const serviceOf = (input: PlanningInput, { service }: ComposeContainer) =>
  environmentIn(input)?.services.find(({ name }) => name === service);

const startAgain = (input: PlanningInput, host: string): Step[] =>
  stoppedContainers(input, host).map((one) => {
    const restart = restartOfComposed(one.restart, serviceOf(input, one));
    const container = one.name;
    return {
      operation: { name: 'startComposed', target: host, container, restart },
      undo: { name: 'stopComposed', target: host, container },
    };
  });

const handBack = (input: PlanningInput, host: string): Step[] =>
  input.startComposed
    ? []
    : stoppedContainers(input, host).map((one) => ({
        operation: {
          name: 'releaseComposed',
          target: host,
          container: one.name,
          restart: restartOfComposed(one.restart, serviceOf(input, one)),
        },
      }));

/**
 * The undo of a terminated first release: removes routes, restarts compose's containers, removes the rest
 * except accessories.
 */
export function planToNothing(input: EngineInput): Phase[] {
  const hosts = Object.keys(input.observed.targets).sort();
  return [
    {
      name: 'switch',
      batches: filled([
        ...stopBackground(input, undefined),
        switchRoutes(input, undefined, hosts),
        ...restartComposed(input),
      ]),
    },
    { name: 'commit', batches: [] },
    { name: 'retire', batches: retire(input, undefined) },
  ];
}
