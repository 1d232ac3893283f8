import type { EnvironmentRecord } from '../manifest/record';
import type { ComposedContainer } from '../model/observed';
import type { Phase, Step } from '../model/plan';
import { observedOn, type PlanningInput, Refused } from './planning';
import { filled, removeInstances, removeNetworks, stopBackground, switchRoutes } from './steps';
import { restartOfComposed } from './takeOver';

/**
 * Back to plain docker compose. What windlass runs for the environment goes, its accessories too, for compose would start a
 * second one on their volumes; what compose made, and every volume, stays. What compose ran before is left ready, or started.
 */
export function planEject(input: PlanningInput): Phase[] {
  const hosts = Object.keys(input.observed.hosts).sort();
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
            ? [{ operation: { name: 'closeProxy', host }, undo: { name: 'openProxy', host, release } }]
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
        each((host) => [{ operation: { name: 'leaveHost', host } }]),
      ]),
    },
  ];
}

/** The way back of a first release that was terminated: routes away, what compose ran is started again, the rest goes. */
export function restartComposed(input: PlanningInput): Step[][] {
  const hosts = Object.keys(input.observed.hosts).sort();
  const stopped = hosts.filter((host) => kept(input, host).length > 0);
  return [
    stopped.map((host): Step => ({ operation: { name: 'closeProxy', host } })),
    stopped.flatMap((host) => startAgain(input, host).map(({ operation }): Step => ({ operation }))),
  ];
}

/** What an operator must know before. */
export function warnOfEject(input: PlanningInput): string[] {
  const { current, environment, startComposed } = input;
  const hosts = Object.keys(input.observed.hosts).sort();
  const own = hosts.flatMap((host) => ownAccessories(input, host).map(({ service }) => service));
  const project = environmentIn(input)?.project;
  return [
    startComposed
      ? `OUTAGE: nothing of ${environment} answers from the switch until what docker compose ran before has started again`
      : `OUTAGE: nothing of ${environment} answers from the switch until docker compose has taken over: docker compose -p ${project} up -d`,
    ...(own.length > 0
      ? [
          `${[...new Set(own)].join(', ')}: the container is windlass's own and is removed, or compose would start a second one on its data; ` +
            'the volumes stay, and docker compose makes another container on them',
        ]
      : []),
    `${environment} cannot go back to ${current?.release} or an earlier release by itself any more; another release takes it over again`,
  ];
}

/** Compose's own database from before, on data that a later one has worked on, is not started by anyone but a person. */
export function refuseOldAccessories(input: PlanningInput): void {
  if (!input.startComposed) return;
  for (const host of Object.keys(input.observed.hosts).sort())
    for (const { service } of ownAccessories(input, host))
      throw new Refused({
        kind: 'accessory-is-own',
        host,
        service,
        message:
          `${service} was made anew since docker compose ran it, so what compose ran before is not started on its data. ` +
          'Leave without --start, and start by docker compose up -d, which makes it as the compose file says',
      });
}

const environmentIn = ({ current, left, environment }: PlanningInput): EnvironmentRecord | undefined =>
  (current ?? left)?.environments.find(({ name }) => name === environment);

const ownAccessories = ({ observed }: PlanningInput, host: string) =>
  observedOn(observed, host).containers.filter(({ role }) => role === 'accessory');

const removeAccessories = (input: PlanningInput, host: string): Step[] =>
  ownAccessories(input, host).map(({ service, release }) => ({
    operation: { name: 'removeAccessory', host, service, release },
  }));

/** What windlass stopped of the project: its application containers, and accessories that were made anew. */
function kept(input: PlanningInput, host: string): ComposedContainer[] {
  const services = environmentIn(input)?.services ?? [];
  const composed = observedOn(input.observed, host).composed ?? [];
  return composed.filter((one) => one.state === 'exited' && services.some(({ name }) => name === one.service));
}

const serviceOf = (input: PlanningInput, { service }: ComposedContainer) =>
  environmentIn(input)?.services.find(({ name }) => name === service);

const startAgain = (input: PlanningInput, host: string): Step[] =>
  kept(input, host).map((one) => {
    const restart = restartOfComposed(one.restart, serviceOf(input, one));
    const container = one.name;
    return {
      operation: { name: 'startComposed', host, container, restart },
      undo: { name: 'stopComposed', host, container },
    };
  });

const handBack = (input: PlanningInput, host: string): Step[] =>
  input.startComposed
    ? []
    : kept(input, host).map((one) => ({
        operation: {
          name: 'releaseComposed',
          host,
          container: one.name,
          restart: restartOfComposed(one.restart, serviceOf(input, one)),
        },
      }));
