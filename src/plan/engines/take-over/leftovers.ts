import type { EnvironmentRecord } from '../../../manifest/record/record';
import { isNameless } from '../../../model/container/data';
import type { ObservedContainer, ObservedEngines, Writes } from '../../../model/observed';
import type { Operation, Phase } from '../../../model/plan';
import { type PlanningInput, Refused } from '../../planning';
import type { EngineInput, Words } from '../own';
import { observedHosts, observedOn } from '../observed-on';

/** What runs on a host without belonging to the manifest, a sentence each. `environments` are the manifest's. */
export function describeBesides(
  { thing }: Pick<Words, 'thing'>,
  app: string,
  after: EnvironmentRecord,
  environments: string[],
  { containers = [], places = [] }: Partial<Pick<ObservedEngines, 'containers' | 'places'>>,
): string[] {
  const names = after.services.map(({ name }) => name);
  return [
    ...leftAccessories(after, containers).map(
      ({ name, service }) =>
        `${service} is no longer in the release, but its ${thing} ${name} remains with its data. When it is no longer needed: windlass forget ${after.name} ${service}`,
    ),
    ...places
      .filter((place) => place.app === app && !environments.includes(place.environment))
      .map(
        ({ environment, services }) =>
          `environment ${environment} of ${app} still runs here (${services.join(', ')}), but the manifest no longer has it. It has its own data, and ` +
          `may receive requests. Restore its name, or remove it with its old manifest: windlass eject ${environment}`,
      ),
    ...places
      // An application already running here under another name.
      .filter((place) => containers.length === 0 && place.app !== app && isLike(place.services, names))
      .map(
        ({ app: other, environment, services }) =>
          `application ${other} runs services of the same names here (${environment}: ${services.join(', ')}). If it is this one under its former name, ` +
          `its data would be left behind: restore app: ${other}, or remove it with its old manifest`,
      ),
  ];
}

const isLike = (services: string[], names: string[]) => {
  const same = services.filter((name) => names.includes(name)).length;
  return same >= 2 && same * 2 >= names.length;
};

const leftAccessories = ({ services }: EnvironmentRecord, containers: ObservedContainer[]) =>
  containers.filter(
    ({ role, service }) =>
      role === 'accessory' && !services.some(({ name, kind }) => name === service && kind === 'accessory'),
  );

/** The same for every host, without what the plan itself replaces. */
export function warnOfBesides(input: EngineInput, after: EnvironmentRecord, phases: Phase[]): string[] {
  const hosts = Object.keys(input.observed.targets).sort();
  const operations = phases.flatMap(({ batches }) => batches.flat().map(({ operation }) => operation));
  return hosts.flatMap((host) => {
    const { containers, places } = observedOn(input.observed, host);
    const left = containers.filter(({ service }) => !operations.some((one) => takesAway(one, host, service)));
    const environments = input.wanted?.environments.map(({ name }) => name) ?? [];
    const others = containers.length === 0 ? places : places?.filter(({ app }) => app === input.app);
    return describeBesides(input.own.words, input.app, after, environments, { containers: left, places: others }).map(
      (line) => `${host}: ${line}`,
    );
  });
}

const takesAway = (operation: Operation, host: string, service: string) =>
  (operation.name === 'setAsideAccessory' || operation.name === 'removeAccessory') &&
  operation.target === host &&
  operation.service === service;

/** Where the data of a forgotten accessory stays, a sentence each. */
export function warnOfForgotten({ observed, forget }: PlanningInput, after: EnvironmentRecord): string[] {
  if (forget === undefined) return [];
  return observedHosts(observed).flatMap(([host, { containers }]) =>
    leftAccessories(after, containers)
      .filter(({ service, writes }) => service === forget && writes)
      .map(
        ({ service, writes = [] }) =>
          `${service}: its data stays in ${writes.map(({ store }) => store).join(', ')} of ${host}${describeNameless(writes)}`,
      ),
  );
}

/** How to find a volume that has no name again; nothing for others. */
export function describeNameless(writes: Writes[]): string {
  const { store, target } = writes.find((one) => isNameless(one.store)) ?? {};
  return store === undefined
    ? ''
    : `. No compose file names that volume. To use it again: DATA:${target} under volumes of the service, and volumes: { DATA: { external: true, name: ${store} } }`;
}

/** Removes the container of an accessory that no release contains any more; its data stays. */
export function planForget(input: PlanningInput, after: EnvironmentRecord, forget: string): Phase[] {
  const { current, wanted } = input;
  if (current?.release !== wanted?.release)
    throw new Refused({
      kind: 'not-current',
      message: `${after.name} is now on ${current?.release ?? 'nothing'}, not ${wanted?.release}. Check it, and repeat the command`,
    });
  const all = Object.keys(input.observed.targets)
    .sort()
    .flatMap((host) =>
      leftAccessories(after, observedOn(input.observed, host).containers).map(({ service, release }) => ({
        target: host,
        service,
        release,
      })),
    );
  const own = all.filter(({ service }) => service === forget);
  if (own.length === 0)
    throw new Refused(
      nothingToForget(
        after,
        forget,
        all.map(({ service }) => service),
      ),
    );
  const batch = own.map((scope) => ({ operation: { name: 'removeAccessory' as const, ...scope } }));
  return [
    { name: 'commit', batches: [] },
    { name: 'retire', batches: [batch] },
  ];
}

function nothingToForget({ name, services }: EnvironmentRecord, forget: string, left: string[]) {
  const isUsed = services.some((service) => service.name === forget);
  const can = left.length > 0 ? `Expected one of: ${[...new Set(left)].join(', ')}` : 'There is nothing to forget';
  return {
    kind: 'nothing-to-forget',
    service: forget,
    message: isUsed
      ? `${forget} is part of the current release of ${name}. Remove it from the compose file and release first`
      : `no accessory ${forget} is left on the hosts of ${name}. ${can}`,
  };
}
