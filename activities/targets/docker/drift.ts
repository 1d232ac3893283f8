import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { instancesOn } from '../../../src/model/target';
import { type EnvironmentRef, accessoryName, instanceName } from '../../../src/model/names';
import type { ObservedContainer, ObservedHost } from '../../../src/model/observed';
import type { Service } from '../../../src/model/service';
import { hashSpec } from '../../engines/hash-spec';
import { storesOf } from '../../../src/model/container/data';

/** How a host differs from the recorded release, a sentence each; empty when it matches. */
export function describeDrift(
  place: EnvironmentRef,
  release: string,
  environment: EnvironmentRecord,
  host: string,
  observed: ObservedHost,
): string[] {
  const found = new Map(observed.containers.map((container) => [container.name, container]));
  const here = instancesOn(environment, host);
  const wanted = here.map(({ service, replica }) => ({ name: nameOf(place, release, service, replica), service }));
  const isRouted = environment.routes.some((route) => here.some(({ service }) => service.name === route.service));
  const isProxyRunning = observed.proxy?.state === 'running';
  const names = new Set(wanted.map(({ name }) => name));
  const lines = [
    ...wanted.flatMap(({ name, service }) =>
      isAdopted(service, observed, found.get(name)) ? [] : (compare(name, service, environment, found.get(name)) ?? []),
    ),
    ...describeComposed(environment, observed),
    ...observed.containers.flatMap((container) =>
      names.has(container.name) ? [] : (describeStranger(container) ?? []),
    ),
    ...(isRouted && !isProxyRunning
      ? [describeProxy(environment, host, observed)]
      : describeRoutes(release, isRouted, observed)),
  ];
  return lines.map((line) => `${host}: ${line}`);
}

const nameOf = (place: EnvironmentRef, release: string, { kind, name }: Service, replica: number) =>
  kind === 'accessory' ? accessoryName(place, name) : instanceName(place, release, name, replica);

/** An adopted accessory that was never recreated has no specification to compare. */
const isAdopted = ({ kind, name }: Service, { composed = [] }: ObservedHost, own: ObservedContainer | undefined) =>
  kind === 'accessory' && !own && composed.some(({ service, state }) => service === name && state === 'running');

/** Services that docker compose runs beside the release, and so twice. */
function describeComposed({ services }: EnvironmentRecord, { composed = [], containers }: ObservedHost): string[] {
  const isTwice = (service: string) =>
    services.some(({ name, kind }) => name === service && kind !== 'accessory') ||
    containers.some((own) => own.role === 'accessory' && own.service === service);
  return composed
    .filter(({ state, service }) => state === 'running' && isTwice(service))
    .map(
      ({ name, service }) =>
        `${name} runs in docker compose beside the release's ${service}. Expected it to be stopped`,
    );
}

function compare(
  name: string,
  service: Service,
  environment: EnvironmentRecord,
  found: ObservedContainer | undefined,
): string | undefined {
  if (!found) return `${name} is missing`;
  if (found.state !== 'running') return `${name} is ${found.state}. Expected it to run`;
  if (found.health === 'unhealthy') return `${name} is unhealthy`;
  if (found.image !== service.image) return `${name} runs ${found.image}. Expected ${service.image}`;
  const lacking = storesOf(environment, service).find(
    ({ target, store }) =>
      found.writes && !found.writes.some((one) => one.target === target && [one.store, one.volume].includes(store)),
  );
  if (lacking) return `${name} does not mount ${lacking.store} at ${lacking.target}, as recorded`;
  const spec = hashSpec(service, environment.volumes);
  // An older windlass left out volume settings.
  if (found.spec !== spec && found.spec !== hashSpec(service))
    return `${name} does not match the record (spec ${found.spec}, expected ${spec})`;
  return undefined;
}

function describeStranger({ name, role, state }: ObservedContainer): string | undefined {
  return role === 'instance' && state === 'running'
    ? `${name} runs, but is not part of the recorded release`
    : undefined;
}

function describeProxy({ name }: EnvironmentRecord, host: string, { proxy }: ObservedHost): string {
  const why = proxy?.error === undefined ? '' : ` (${proxy.error})`;
  const command = `windlass bootstrap ${name} --host ${host}`;
  return `the proxy is ${proxy?.state ?? 'missing'}${why}. Start it: ${command}`;
}

function describeRoutes(release: string, isRouted: boolean, observed: ObservedHost): string[] {
  const served = observed.routes?.release;
  if (!isRouted) return served === undefined ? [] : [`routes go to release ${served}. Expected none`];
  return served === release
    ? []
    : [`routes go to ${served === undefined ? 'nowhere' : `release ${served}`}. Expected release ${release}`];
}
