import type { EnvironmentRecord } from '../../../manifest/record/record';
import { isOfNetwork, isPath, nameOfVolume, overlap, storesOf } from '../../../model/container/data';
import { targetsOf } from '../../../model/target';
import type { ObservedContainer, Writes } from '../../../model/observed';
import type { Service, Volume } from '../../../model/service';
import { type PlanningInput, Refused } from '../../planning';
import { asFoundOn, observedOn } from '../observed-on';
import { leftBehind, type Wrote, withParts } from './left-behind';

/**
 * Finds services that would leave their data behind for a new place. Refused until somebody accepts it with
 * `acceptEmpty`; then a warning, a sentence each.
 */
export function warnOfEmpty(input: PlanningInput, after: EnvironmentRecord): string[] {
  return after.services
    .filter(({ kind }) => kind !== 'one-off')
    .flatMap((service) => [
      ...warnOfMoved(input, after, service),
      ...targetsOf(after, service).flatMap((host) => [
        ...warnOfLeft(input, after, host, service),
        ...warnOfVanished(input, after, host, service),
      ]),
    ]);
}

/** A service that leaves every host with its data. Accessories are refused (see `accessories.ts`). */
function warnOfMoved(input: PlanningInput, after: EnvironmentRecord, service: Service): string[] {
  const before = recordOf(input);
  const was = before?.services.find(({ name }) => name === service.name);
  if (!before || !was || service.kind === 'accessory') return [];
  const [from, to] = [targetsOf(before, was), targetsOf(after, service)];
  if (from.length === 0 || from.some((host) => to.includes(host))) return [];
  const stores = storesOf(before, was).filter(({ store, said }) => isOfOneHost(before, store, said));
  // A renamed host still has its containers.
  const isThere = ({ writes = [] }: Pick<ObservedContainer, 'writes'>) =>
    writes.some((one) => stores.some(({ store }) => overlap(one.store, store)));
  const empty = to.filter((host) => {
    const { containers, composed = [] } = observedOn(input.observed, host);
    return ![...containers, ...composed].some((one) => one.service === service.name && isThere(one));
  });
  if (stores.length === 0 || empty.length === 0) return [];
  const message =
    `${service.name}: starts on ${empty.join(', ')} without its data, which is in ` +
    `${stores.map(({ store }) => store).join(', ')} of ${from.join(', ')}. Windlass does not move data`;
  return refusal(input, service.name, empty[0]!, message);
}

function isOfOneHost({ volumes }: EnvironmentRecord, store: string, said: string): boolean {
  const { driver = 'local' } = volumes.find(({ name }) => name === said) ?? {};
  return isPath(store) || (driver === 'local' && !isOfNetwork(store));
}

/** A warning where somebody accepted it, or nobody could; otherwise refused. */
function refusal(
  { kind, acceptEmpty }: PlanningInput,
  service: string,
  host: string,
  message: string,
  copy = '',
): string[] {
  if (kind === 'restore' || acceptEmpty?.includes(service)) return [message];
  throw new Refused({
    kind: 'begins-empty',
    host,
    service,
    message: `${message}.${copy} To continue anyway, repeat the command with --accept-empty ${service}`,
  });
}

function warnOfLeft(input: PlanningInput, after: EnvironmentRecord, host: string, service: Service): string[] {
  const { name } = service;
  const found = asFoundOn(input.observed, host, after);
  const wrote = withParts(recordOf(input, host), name, writesUntilNow(input, host, service));
  const left = leftBehind(input.wanted, found, service, wrote);
  if (left.length === 0) return [];
  const becomes = storesOf(found, service).filter(({ target }) => left.some((one) => one.target === target));
  const where = becomes.map(nameOf).join(', ');
  const was = left.map((one) => `${nameOf(one)} (at ${one.target})`).join(', ');
  const stays = storesOf(found, service).some(({ store }) => store === left[0]!.store);
  const message =
    `${name}: starts empty${where ? `, or with the content of ${where}` : ''}. Its current data is in ${was} on ${host}, ` +
    (stays ? 'which it would not find there any more' : 'which stays unused');
  const [from] = left;
  const copy =
    becomes.length > 0 && !overlap(from!.store, becomes[0]!.store)
      ? ` To keep the data, stop it and copy: docker run --rm -v ${from!.store}:/from -v ${becomes[0]!.store}:/to busybox cp -a /from/. /to/.`
      : '';
  return refusal(input, name, host, message, copy);
}

const nameOf = ({ store, part }: Wrote) => (part ? `${store}/${part}` : store);

function writesUntilNow(input: PlanningInput, host: string, { name }: Service): Writes[] {
  const { current } = input;
  const found = observedOn(input.observed, host);
  const own = found.containers.filter((one) => one.service === name);
  const composed = (found.composed ?? []).filter((one) => one.service === name);
  const container =
    own.find(({ role }) => role === 'accessory') ??
    own.find(({ role, release }) => role === 'instance' && release === current?.release) ??
    // Once windlass runs the service, compose's former container no longer has its data.
    (own.length > 0 || wasOwn(input, name)
      ? undefined
      : (composed.find(({ state }) => state === 'running') ?? composed[0])) ??
    composed.find(({ state }) => state === 'running');
  return container ? (container.writes ?? []) : recordedWrites(input, host, name);
}

/** What runs, as it is recorded; on a host, with the volumes that are there. */
function recordOf({ current, environment, observed }: PlanningInput, host?: string): EnvironmentRecord | undefined {
  const found = current?.environments.find((one) => one.name === environment);
  return found && host !== undefined ? asFoundOn(observed, host, found) : found;
}

const wasOwn = (input: PlanningInput, name: string) =>
  recordOf(input)?.services.some((one) => one.name === name) ?? false;

function recordedWrites(input: PlanningInput, host: string, name: string): Writes[] {
  const { volumes = {} } = observedOn(input.observed, host);
  const before = recordOf(input, host);
  const service = before?.services.find((one) => one.name === name);
  if (!before || !service) return [];
  return storesOf(before, service).filter(({ said }) => volumes[nameOfVolume(before, said)]);
}

function warnOfVanished(input: PlanningInput, after: EnvironmentRecord, host: string, service: Service): string[] {
  const before = recordOf(input);
  const was = before?.services.find(({ name }) => name === service.name);
  const { volumes = {} } = observedOn(input.observed, host);
  return storesOf(after, service)
    .filter(({ store }) => volumes[store] === false && was && storesOf(before!, was).some((one) => one.store === store))
    .map(
      ({ store }) =>
        `${service.name}: starts empty. The volume ${store} it had in ${input.current?.release} is gone from ${host}`,
    );
}

/** External volumes must exist; existing ones stay as they are, whatever the compose file says. */
export function refuseVolumes(input: PlanningInput, after: EnvironmentRecord): void {
  const before = recordOf(input);
  for (const service of after.services)
    for (const host of targetsOf(after, service))
      for (const mount of service.container.mounts) {
        if (mount.type !== 'volume') continue;
        const said = after.volumes.find(({ name }) => name === mount.volume);
        const name = nameOfVolume(after, mount.volume);
        const found = observedOn(input.observed, host).volumes?.[name];
        if (said?.external && found === false)
          throw new Refused({ kind: 'no-such-volume', host, service: service.name, message: lacksVolume(name, host) });
        const was = before?.volumes.find((one) => one.name === mount.volume);
        const isKept = was && nameOfVolume(before!, was.name) === name;
        if (found && said && isKept && !said.external && differs(was, said) && differs(found, said))
          throw new Refused({
            kind: 'volume-options',
            host,
            service: service.name,
            message: describeOptions(name, found),
          });
      }
}

export const lacksVolume = (name: string, host: string) =>
  `the volume ${name} is external, but missing on ${host}. Check its name, create it (docker volume create ${name}), or remove external: true`;

type Made = Pick<Volume, 'driver' | 'options'>;

const differs = (one: Made, other: Made) => madeAs(one) !== madeAs(other);
const madeAs = ({ driver = 'local', options = {} }: Made) =>
  JSON.stringify([driver, Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))]);

const describeOptions = (name: string, found: Made) =>
  `the volume ${name} exists with ${madeAs(found)}, which cannot be changed. Keep its driver and driver_opts, or give it ` +
  'another name under volumes in the compose file and copy the data';
