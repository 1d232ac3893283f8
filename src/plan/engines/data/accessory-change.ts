import { findEnvironment } from '../../../model/environment/find';
import type { EnvironmentRecord, ReleaseRecord } from '../../../manifest/record/record';
import { isNameless, storesOf, writesAs } from '../../../model/container/data';
import type { ComposeContainer, ObservedContainer, Writes } from '../../../model/observed';
import type { Service } from '../../../model/service';
import { compareValues, shorten } from '../../compare/configurations';
import { type PlanningInput, Refused } from '../../planning';
import { factsOf } from '../facts';
import type { EngineInput } from '../own';
import { asFoundOn, observedOn } from '../observed-on';

export const isAccessory = (service: Service) => service.kind === 'accessory';

/** How an accessory is handled on a host. */
export type AccessoryChange =
  | { what: 'join' }
  | { what: 'start'; former?: ComposeContainer }
  | { what: 'adopt'; composed: ComposeContainer }
  | { what: 'stay' }
  | { what: 'replace'; ran: ObservedContainer | ComposeContainer }
  | { what: 'restore'; kept: ObservedContainer | ComposeContainer };

export function fateOf(input: EngineInput, host: string, service: Service): AccessoryChange {
  const { kind, observed } = input;
  const { accessorySpecs, formerSpecs = {} } = factsOf(input);
  const own = observedOn(observed, host).containers.filter((c) => c.service === service.name);
  const isMade = (one: ObservedContainer) =>
    one.spec === accessorySpecs[service.name] ||
    (one.spec === formerSpecs[service.name] && isMounted(input, host, service, one));
  const ran = own.find(({ role }) => role === 'accessory');
  const kept = own.find((c) => c.role === 'kept' && isMade(c));
  if (ran && isMade(ran)) return { what: 'join' };
  if (ran?.irreversible && kind !== 'release') return { what: 'stay' };
  if (kept && kind === 'restore') return { what: 'restore', kept };
  return ran ? { what: 'replace', ran } : fateOfComposed(input, host, service);
}

function isMounted(
  { wanted, environment, observed }: PlanningInput,
  host: string,
  service: Service,
  { writes }: { writes?: Writes[] },
): boolean {
  const model = findEnvironment(wanted, environment);
  return model !== undefined && writesAs(asFoundOn(observed, host, model), service, writes ?? []);
}

/** Does it mount what the service does, and nothing that it does not? */
function isMountedOnly(
  input: PlanningInput,
  host: string,
  service: Service,
  { writes = [] }: ComposeContainer,
): boolean {
  const model = findEnvironment(input.wanted, input.environment);
  const stores = model ? storesOf(asFoundOn(input.observed, host, model), service) : [];
  const isSaid = (one: Writes) => stores.some(({ store, target }) => store === one.store && target === one.target);
  return isMounted(input, host, service, { writes }) && writes.every((one) => isNameless(one.store) || isSaid(one));
}

/**
 * A compose container has no specification, so what counts is whether the previous release's record differs, and whether
 * the data is where the release has it.
 */
function fateOfComposed(input: EngineInput, host: string, service: Service): AccessoryChange {
  const all = (observedOn(input.observed, host).composed ?? []).filter((one) => one.service === service.name);
  const running = all.filter(({ state }) => state === 'running');
  if (running.length > 1) throw new Refused(severalOf(input.own.words.maker, service, running, host));
  const before = formerly(input, service);
  // The data of what windlass released since is where that one has it.
  const composed = running[0] ?? (before && !isAccessory(before) ? undefined : all[0]);
  if (!composed) return { what: 'start' };
  const isThere = input.kind === 'restore' || !composed.writes || isMountedOnly(input, host, service, composed);
  // One that neither runs nor is known may have lost its place to another: it stays as it is.
  if (!isThere && running.length === 0 && !before) return { what: 'start', former: composed };
  if (!input.own.adopts) return { what: 'replace', ran: composed };
  const isSame = isThere && (!before || changesOf(input, before, service).length === 0);
  if (isSame && (running.length > 0 || !before)) return { what: 'adopt', composed };
  return input.kind === 'restore' ? { what: 'restore', kept: composed } : { what: 'replace', ran: composed };
}

const severalOf = (maker: string, { name }: Service, running: ComposeContainer[], host: string) => ({
  kind: 'several-accessories',
  host,
  service: name,
  message:
    `${maker} runs ${running.map((one) => one.name).join(' and ')}, but an accessory is one container. ` +
    `Stop all but one (docker compose up --scale ${name}=1), or write accessory: false for ${name}`,
});

export const servicesOf = ({ current, environment }: PlanningInput): Service[] | undefined =>
  findEnvironment(current, environment)?.services;
export const formerly = (input: PlanningInput, { name }: Service) =>
  servicesOf(input)?.find((one) => one.name === name);

export const changesOf = (
  { current, wanted, environment }: PlanningInput,
  before: Service,
  service: Service,
): string[] => {
  const modelIn = (record: ReleaseRecord | undefined) => record?.environments.find(({ name }) => name === environment);
  return compareValues('', madeFrom(modelIn(current), before), madeFrom(modelIn(wanted), service)).map((line) =>
    line.slice(1),
  );
};

function madeFrom(model: EnvironmentRecord | undefined, { image, container }: Service) {
  const isMounted = (name: string) =>
    container.mounts.some((mount) => mount.type === 'volume' && mount.volume === name);
  const volumes = (model?.volumes ?? []).filter(({ name }) => isMounted(name)).map(({ name, ...said }) => [name, said]);
  return shorten({ image, container, volumes: Object.fromEntries(volumes) as object });
}
