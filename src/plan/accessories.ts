import type { EnvironmentRecord } from '../manifest/record';
import { hostsOf } from '../model/host';
import type { ComposedContainer, ObservedContainer, RestartPolicy } from '../model/observed';
import type { Operation, Step } from '../model/plan';
import type { Service } from '../model/service';
import { compareValues, shorten } from './compare';
import { orderServices } from './order';
import { observedOn, type PlanningInput, Refused } from './planning';
import { filled } from './steps';
import { restartOfComposed } from './takeOver';

/**
 * Accessories keep data and outlive releases: one that runs is left as it runs, and only joins the release's networks. One
 * that has changed is made anew, which is the one outage that a blue-green plan has, and says. It comes when everything
 * else that can fail beforehand is done, and before commands and instances of the release that need it as it will be.
 */
export function prepareAccessories(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  return orderServices(after.services.filter(isAccessory)).flatMap((layer) => {
    const steps = layer.flatMap((service) =>
      hostsOf(after, service).map((host) => prepare(input, host, service, release)),
    );
    return filled([steps.flatMap(({ before }) => before ?? []), steps.map(({ step }) => step)]);
  });
}

/** What was kept for the way back goes when there is no way back any more. */
export function discardFormer(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][] {
  const steps = Object.keys(input.observed.hosts)
    .sort()
    .flatMap((host) => {
      const kept = observedOn(input.observed, host).containers.filter(({ role }) => role === 'kept');
      const leftovers = kept.map((c) => ({ service: c.service, release: releaseThatKept(c) }));
      const own = after.services
        .filter((service) => isAccessory(service) && isOwnMadeAnew(fateOf(input, host, service)))
        .map(({ name: service }) => ({ service, release }));
      const all = new Map([...leftovers, ...own].map((one) => [`${one.service} ${one.release}`, one]));
      return [...all.values()].map((one): Step => ({ operation: { name: 'discardAccessory', host, ...one } }));
    });
  return filled([steps]);
}

/** What an approver must know: who is without the accessory and for how long, and what the way back is. */
export function warnOfAccessories(input: PlanningInput, after: EnvironmentRecord): string[] {
  return after.services.filter(isAccessory).flatMap((service) => {
    const fates = hostsOf(after, service).map((host) => fateOf(input, host, service));
    return [
      ...(fates.some(({ what }) => what === 'recreate') ? [describeOutage(input, after, service)] : []),
      ...(fates.some(({ what }) => what === 'stay')
        ? [
            `${service.name}: stays as it is, for the change of it was said to be irreversible. It is not what this release was verified with`,
          ]
        : []),
    ];
  });
}

const isAccessory = (service: Service) => service.kind === 'accessory';
/** What compose made is not ours to remove. */
const isOwnMadeAnew = (fate: Fate) => fate.what === 'recreate' && 'role' in fate.ran;

/** What becomes of an accessory on a host. */
type Fate =
  | { what: 'start' | 'join' }
  /** Docker compose has made it, and it stays that container. */
  | { what: 'adopt'; composed: ComposedContainer }
  /** It has changed, and cannot be taken back. */
  | { what: 'stay' }
  | { what: 'recreate'; ran: ObservedContainer | ComposedContainer }
  /** A rollout that was terminated has kept it. */
  | { what: 'restore'; kept: ObservedContainer | ComposedContainer };

function fateOf(input: PlanningInput, host: string, service: Service): Fate {
  const { kind, accessorySpecs, observed } = input;
  const own = observedOn(observed, host).containers.filter((c) => c.service === service.name);
  const spec = accessorySpecs[service.name];
  const ran = own.find(({ role }) => role === 'accessory');
  const kept = own.find((c) => c.role === 'kept' && c.spec === spec);
  if (ran && ran.spec === spec) return { what: 'join' };
  if (ran?.irreversible && kind !== 'release') return { what: 'stay' };
  if (kept && kind === 'restore') return { what: 'restore', kept };
  return ran ? { what: 'recreate', ran } : fateOfComposed(input, host, service);
}

/** Nothing says what compose made a container from, so what counts is whether the release before says the same of it. */
function fateOfComposed(input: PlanningInput, host: string, service: Service): Fate {
  const all = (observedOn(input.observed, host).composed ?? []).filter((one) => one.service === service.name);
  const running = all.filter(({ state }) => state === 'running');
  if (running.length > 1) throw new Refused(severalOf(service, running, host));
  const composed = running[0] ?? all[0];
  if (!composed) return { what: 'start' };
  const before = formerly(input, service);
  const isSame = !before || compareValues('', madeFrom(before), madeFrom(service)).length === 0;
  if (isSame && (running.length > 0 || !before)) return { what: 'adopt', composed };
  return input.kind === 'restore' ? { what: 'restore', kept: composed } : { what: 'recreate', ran: composed };
}

const severalOf = ({ name }: Service, running: ComposedContainer[], host: string) => ({
  kind: 'several-accessories',
  host,
  service: name,
  message:
    `docker compose runs ${running.map((one) => one.name).join(' and ')}, and an accessory is one container. ` +
    `Stop all but one (docker compose up --scale ${name}=1), or write accessory: false for ${name}`,
});

function prepare(input: PlanningInput, host: string, service: Service, release: string): { before?: Step; step: Step } {
  const scope = { host, service: service.name, release };
  const fate = fateOf(input, host, service);
  switch (fate.what) {
    case 'start':
      return {
        step: { operation: { name: 'startAccessory', ...scope }, undo: { name: 'removeAccessory', ...scope } },
      };
    case 'adopt':
      return { step: { operation: { name: 'startAccessory', ...scope, adopts: fate.composed.name } } };
    case 'join':
    case 'stay':
      return { step: { operation: { name: 'startAccessory', ...scope } } };
    case 'restore':
      return {
        before: {
          operation: restore(scope, 'role' in fate.kept ? releaseThatKept(fate.kept) : release, service, fate.kept),
        },
        step: {
          operation: { name: 'startAccessory', ...scope, ...('role' in fate.kept ? {} : { adopts: fate.kept.name }) },
        },
      };
    case 'recreate': {
      const composed = 'role' in fate.ran ? {} : { composed: fate.ran.name };
      const operation = { name: 'recreateAccessory', ...scope, ...composed } as const;
      if (service.irreversible) return { step: { operation, irreversible: true } };
      return { step: { operation, undo: restore(scope, release, formerly(input, service), fate.ran) } };
    }
  }
}

/** The container that is to be put back, with the restart policy that it had. */
function restore(
  scope: { host: string; service: string },
  release: string,
  service: Service | undefined,
  former: ObservedContainer | ComposedContainer,
): Operation {
  const isOwn = 'role' in former;
  const restart = isOwn ? restartOf(former.restart, service) : restartOfComposed(former.restart, service);
  return { name: 'restoreAccessory', ...scope, release, restart, ...(!isOwn && { composed: former.name }) };
}

/** What its record says where the container says `no`: a rollout that was terminated may have set that. */
function restartOf(restart: RestartPolicy, service: Service | undefined): RestartPolicy {
  if (restart.name !== 'no' || !service) return restart;
  return service.container.restart ?? { name: 'unless-stopped' };
}

const servicesOf = ({ current, environment }: PlanningInput): Service[] | undefined =>
  current?.environments.find(({ name }) => name === environment)?.services;
const formerly = (input: PlanningInput, { name }: Service) => servicesOf(input)?.find((one) => one.name === name);

/** What counts in a container that outlives releases. */
const madeFrom = ({ image, container }: Service) => shorten({ image, container });

/** The name of what is kept ends in the release that it was kept by; see `keptName`. */
const releaseThatKept = ({ name, service }: ObservedContainer) =>
  name.slice(name.lastIndexOf(`-${service}-before-`) + `-${service}-before-`.length);

function describeOutage(input: PlanningInput, after: EnvironmentRecord, service: Service): string {
  const { name, irreversible, container, healthyWithinMs } = service;
  const before = formerly(input, service);
  const changes = before ? compareValues('', madeFrom(before), madeFrom(service)).map((line) => line.slice(1)) : [];
  const stopMs = (before ?? service).container.stopGraceMs ?? 10_000;
  const users = (servicesOf(input) ?? after.services)
    .filter(({ dependsOn }) => dependsOn.some((on) => on.service === name))
    .map((one) => one.name);
  const who = users.length > 0 ? users.join(', ') : 'whoever calls it';
  const seconds = Math.ceil((stopMs + healthyWithinMs) / 1_000);
  const back = irreversible
    ? 'This cannot be undone: what fails after it asks an operator'
    : `If the release goes back, so does ${name}, with the same outage; what was written in between stays`;
  const why = changes.length > 0 ? changes.join('; ') : 'it runs otherwise than is recorded';
  const volumes = container.mounts.some(({ type }) => type === 'volume') ? 'Its volumes stay. ' : '';
  return (
    `${name}: is made anew (${why}). OUTAGE: from the stop of the old one until the new one is healthy, ${seconds} s at most, ` +
    `${who} ${input.current ? `of ${input.current.release} ` : ''}cannot reach it. ${volumes}${back}`
  );
}

/** Data does not follow its container to another host. */
export function refuseMovedAccessories({ observed }: PlanningInput, after: EnvironmentRecord): void {
  for (const [host, { containers }] of Object.entries(observed.hosts))
    for (const { role, service, name } of containers) {
      const wanted = after.services.find((one) => one.name === service && one.kind === 'accessory');
      const hosts = wanted ? hostsOf(after, wanted) : [];
      if (role !== 'accessory' || !wanted || hosts.includes(host)) continue;
      throw new Refused({
        kind: 'accessory-moved',
        host,
        service,
        message:
          `${service} keeps its data on ${host}, and the release wants it on ${hosts.join(', ')}; windlass does not move data. ` +
          `Let its group stay with ${host}, or bring the data over yourself, remove the container ${name} there, and start the release again`,
      });
    }
}
