import type { RestartPolicy } from '../../../model/container/container';
import type { EnvironmentRecord } from '../../../manifest/record/record';
import { targetsOf } from '../../../model/target';
import { isNameless } from '../../../model/container/data';
import type { ComposeContainer, ObservedContainer } from '../../../model/observed';
import type { Operation, Step } from '../../../model/plan';
import type { Service } from '../../../model/service';
import { orderServices } from '../../order';
import { type PlanningInput, Refused } from '../../planning';
import type { EngineInput } from '../own';
import { filled } from '../../batches';
import { restartOfComposed } from '../take-over/take-over';
import { changesOf, type AccessoryChange, fateOf, formerly, isAccessory, servicesOf } from './accessory-change';
import { observedHosts, observedOn } from '../observed-on';

/**
 * Accessories keep data and outlive releases: an unchanged one keeps running and only joins the release's
 * networks. A changed one is recreated, the only outage in a blue-green plan, which the plan announces. It
 * happens after everything else that can fail, and before the commands and instances that need it.
 */
export function prepareAccessories(input: EngineInput, after: EnvironmentRecord, release: string): Step[][] {
  return orderServices(after.services.filter(isAccessory)).flatMap((layer) => {
    const steps = layer.flatMap((service) =>
      targetsOf(after, service).map((host) => prepare(input, host, service, release)),
    );
    return filled([steps.flatMap(({ before }) => before ?? []), steps.map(({ step }) => step)]);
  });
}

/** Removes what was kept for going back, after the commit. */
export function discardFormer(input: EngineInput, after: EnvironmentRecord, release: string): Step[][] {
  const steps = Object.keys(input.observed.targets)
    .sort()
    .flatMap((host) => {
      const kept = observedOn(input.observed, host).containers.filter(({ role }) => role === 'kept');
      const leftovers = kept.map((c) => ({ service: c.service, release: releaseThatKept(c) }));
      const own = after.services
        .filter((service) => isAccessory(service) && isOwnMadeAnew(fateOf(input, host, service)))
        .map(({ name: service }) => ({ service, release }));
      const all = new Map([...leftovers, ...own].map((one) => [`${one.service} ${one.release}`, one]));
      return [...all.values()].map((one): Step => ({ operation: { name: 'discardAccessory', target: host, ...one } }));
    });
  return filled([steps]);
}

/** What an approver must know: who loses the accessory for how long, and what going back means. */
export function warnOfAccessories(input: EngineInput, after: EnvironmentRecord): string[] {
  return after.services.filter(isAccessory).flatMap((service) => {
    const fates = targetsOf(after, service).map((host) => fateOf(input, host, service));
    return [
      ...(fates.some(({ what }) => what === 'replace') ? [describeOutage(input, after, service)] : []),
      ...(fates.some(({ what }) => what === 'stay')
        ? [
            `${service.name}: is kept, because its change was declared irreversible. This release was verified with another one`,
          ]
        : []),
    ];
  });
}

/** Containers made by compose are not removed. */
const isOwnMadeAnew = (fate: AccessoryChange) => fate.what === 'replace' && 'role' in fate.ran;

function prepare(input: EngineInput, host: string, service: Service, release: string): { before?: Step; step: Step } {
  const scope = { target: host, service: service.name, release };
  const fate = fateOf(input, host, service);
  switch (fate.what) {
    case 'start':
      return {
        step: {
          operation: { name: 'startAccessory', ...scope, ...inheritsFrom(input, host, service, fate.former) },
          undo: { name: 'removeAccessory', ...scope },
        },
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
    case 'replace': {
      const composed = 'role' in fate.ran ? {} : { composed: fate.ran.name };
      const operation = { name: 'recreateAccessory', ...scope, ...composed } as const;
      if (service.irreversible) return { step: { operation, irreversible: true } };
      return { step: { operation, undo: restore(scope, release, formerly(input, service), fate.ran) } };
    }
  }
}

function restore(
  scope: { target: string; service: string },
  release: string,
  service: Service | undefined,
  former: ObservedContainer | ComposeContainer,
): Operation {
  const isOwn = 'role' in former;
  const restart = isOwn ? restartOf(former.restart, service) : restartOfComposed(former.restart, service);
  return { name: 'restoreAccessory', ...scope, release, restart, ...(!isOwn && { composed: former.name }) };
}

function inheritsFrom(
  { current, observed }: PlanningInput,
  host: string,
  { name: service }: Service,
  composed?: ComposeContainer,
) {
  const instance = observedOn(observed, host).containers.find(
    (one) => one.role === 'instance' && one.service === service && one.release === current?.release,
  );
  const former = instance ?? composed;
  return former?.writes?.some(({ store }) => isNameless(store)) ? { inherits: former.name } : {};
}

/** An accessory stops for the service that takes over its data. */
export const setAside = (
  input: PlanningInput,
  scope: { target: string; service: string; release: string },
  had: RestartPolicy,
): Step => {
  const restart = restartOf(
    had,
    servicesOf(input)?.find(({ name }) => name === scope.service),
  );
  return {
    operation: { name: 'setAsideAccessory', ...scope },
    undo: { name: 'restoreAccessory', ...scope, restart },
  };
};

function restartOf(restart: RestartPolicy, service: Service | undefined): RestartPolicy {
  if (restart.name !== 'no' || !service) return restart;
  return service.container.restart ?? { name: 'unless-stopped' };
}

/** The name of a kept container ends in the release that kept it; see `backupName`. */
const releaseThatKept = ({ name, service }: ObservedContainer) =>
  name.slice(name.lastIndexOf(`-${service}-before-`) + `-${service}-before-`.length);

function describeOutage(input: EngineInput, after: EnvironmentRecord, service: Service): string {
  const { name, irreversible, container, healthyWithinMs } = service;
  const before = formerly(input, service);
  const changes = before ? changesOf(input, before, service) : [];
  const stopMs = (before ?? service).container.stopGraceMs ?? 10_000;
  const users = (servicesOf(input) ?? after.services)
    .filter(({ dependsOn }) => dependsOn.some((on) => on.service === name))
    .map((one) => one.name);
  const who = users.length > 0 ? users.join(', ') : 'its callers';
  const seconds = Math.ceil((stopMs + healthyWithinMs) / 1_000);
  const back = irreversible
    ? 'This cannot be undone: a later failure asks an operator'
    : `If the release goes back, so does ${name}, with the same outage; data written in between stays`;
  const why = changes.length > 0 ? changes.join('; ') : 'it does not match the record';
  const volumes = container.mounts.some(({ type }) => type === 'volume') ? 'Its volumes stay. ' : '';
  return (
    `${name} will be recreated (${why}). OUTAGE, at most ${seconds} s: ` +
    `${who} ${input.current ? `of ${input.current.release} ` : ''}cannot reach it until the new ${input.own.words.thing} is healthy. ${volumes}${back}`
  );
}

/** Data does not follow its container to another host. */
export function refuseMovedAccessories({ observed, own }: EngineInput, after: EnvironmentRecord): void {
  for (const [host, { containers }] of observedHosts(observed))
    for (const { role, service, name } of containers) {
      const wanted = after.services.find((one) => one.name === service && one.kind === 'accessory');
      const hosts = wanted ? targetsOf(after, wanted) : [];
      if (role !== 'accessory' || !wanted || hosts.includes(host)) continue;
      throw new Refused({
        kind: 'accessory-moved',
        host,
        service,
        message:
          `${service} keeps its data on ${host}, but the release runs it on ${hosts.join(', ')}. Windlass does not move data. ` +
          `Keep its group on ${host}, or move the data yourself, remove the ${own.words.thing} ${name} there, and release again`,
      });
    }
}
