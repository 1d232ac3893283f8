import type { EnvironmentRecord } from '../../src/manifest/record';
import { instancesOn } from '../../src/model/host';
import { accessoryName, instanceName, type Place } from '../../src/model/names';
import type { ObservedContainer, ObservedHost } from '../../src/model/observed';
import type { Service } from '../../src/model/service';
import { hashSpec } from '../rollout/spec';

/** What differs on a host from the recorded release, a sentence each; nothing when all is as recorded. */
export function describeDrift(
  place: Place,
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
      isAdopted(service, observed, found.get(name)) ? [] : (compare(name, service, found.get(name)) ?? []),
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

const nameOf = (place: Place, release: string, { kind, name }: Service, replica: number) =>
  kind === 'accessory' ? accessoryName(place, name) : instanceName(place, release, name, replica);

/** An accessory that docker compose made, and that nothing has made anew, is what it is. */
const isAdopted = ({ kind, name }: Service, { composed = [] }: ObservedHost, own: ObservedContainer | undefined) =>
  kind === 'accessory' && !own && composed.some(({ service, state }) => service === name && state === 'running');

/** What docker compose runs beside the release: a service of it would be there twice. */
function describeComposed({ services }: EnvironmentRecord, { composed = [], containers }: ObservedHost): string[] {
  const isTwice = (service: string) =>
    services.some(({ name, kind }) => name === service && kind !== 'accessory') ||
    containers.some((own) => own.role === 'accessory' && own.service === service);
  return composed
    .filter(({ state, service }) => state === 'running' && isTwice(service))
    .map(
      ({ name, service }) =>
        `${name} is run by docker compose beside the release's ${service}. Expected it to be stopped`,
    );
}

function compare(name: string, service: Service, found: ObservedContainer | undefined): string | undefined {
  if (!found) return `${name} is not there. Expected it to run`;
  if (found.state !== 'running') return `${name} is ${found.state}. Expected it to run`;
  if (found.health === 'unhealthy') return `${name} runs and is unhealthy`;
  if (found.image !== service.image) return `${name} runs ${found.image}. Expected ${service.image}`;
  if (found.spec !== hashSpec(service))
    return `${name} was made otherwise than recorded (${found.spec}, not ${hashSpec(service)})`;
  return undefined;
}

/** What runs and is no part of the release. What is stopped serves nobody. */
function describeStranger({ name, role, state }: ObservedContainer): string | undefined {
  return role === 'instance' && state === 'running'
    ? `${name} runs, and is no part of the recorded release`
    : undefined;
}

/** Without it nobody is served. */
function describeProxy({ name }: EnvironmentRecord, host: string, { proxy }: ObservedHost): string {
  const why = proxy?.error === undefined ? '' : ` (${proxy.error})`;
  const command = `windlass bootstrap ${name} --host ${host}`;
  return `the proxy is ${proxy?.state ?? 'not there'}${why}. Expected it to run: ${command}`;
}

function describeRoutes(release: string, isRouted: boolean, observed: ObservedHost): string[] {
  const served = observed.routes?.release;
  if (!isRouted) return served === undefined ? [] : [`routes go to release ${served}. Expected none`];
  return served === release
    ? []
    : [`routes go to ${served === undefined ? 'nowhere' : `release ${served}`}. Expected release ${release}`];
}
