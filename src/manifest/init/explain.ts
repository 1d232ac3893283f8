import { isPath } from '../../model/container/data';
import { announcedPort, isAnnounced } from './services/announced';
import { isAdminPage, isHttp, isLabelProxy } from './services/roles';
import { type Decision, type Entry, type InitInput, type InitValues, NO_VALUES } from './types';

interface Reasons {
  entries: Entry[];
  exclusive: string[];
  fixed: Entry[];
  reasons: string[];
  /** Jobs, with what they wait for that starts only after the place of a job. */
  late: { name: string; on: string[] }[];
}

/** A sentence for each thing that was decided, in the order in which a reader asks for them. */
export function explain(
  input: InitInput,
  decision: Decision,
  { entries, exclusive, fixed, reasons, late }: Reasons,
): string[] {
  const { services, folders, recreate, environments, lastSecrets, secrets } = decision;
  const accessories = Object.entries(services).flatMap(([name, { accessory }]) => (accessory ? [name] : []));
  const { values = NO_VALUES } = input;
  const blank = Object.entries(values.variables).flatMap(([name, value]) => (value === '' ? [name] : []));
  const names = [...Object.keys(secrets), ...Object.keys(lastSecrets)];
  return [
    ...routeLines(decision, entries),
    ...(accessories.length > 0 ? [`Accessories: ${accessories.join(', ')}. They keep data and outlive releases.`] : []),
    ...jobLines(services, late),
    ...(recreate
      ? [
          `A release causes an outage of some seconds (strategy: recreate): ${[
            ...(exclusive.length > 0
              ? [
                  `${exclusive.join(', ')} ${exclusive.length > 1 ? 'write' : 'writes'} to data that two instances must not share`,
                ]
              : []),
            ...(fixed.length > 0
              ? [`${fixed.map(({ name }) => name).join(', ')} ${fixed.length > 1 ? 'have' : 'has'} ports of the host`]
              : []),
          ].join(', and ')}.`,
        ]
      : []),
    ...(environments.length === 1 && reasons.length > 0
      ? [`Only one environment, because two cannot share a host: ${reasons.join(', ')}.`]
      : []),
    ...folderLines(folders),
    ...(names.length > 0 || Object.keys(values.envFiles).length > 0 ? [secretsLine(decision, values)] : []),
    ...(blank.length > 0 ? [`Set under variables: ${blank.join(', ')}; no env file here has a value.`] : []),
  ];
}

function jobLines(services: Decision['services'], late: Reasons['late']): string[] {
  const jobs = Object.entries(services).flatMap(([name, { completes }]) => (completes ? [name] : []));
  const why = jobs.length > 1 ? 'they seem to end by themselves' : 'it seems to end by itself';
  return [
    ...(jobs.length > 0
      ? [`Once per release, before the switch: ${jobs.join(', ')} (completes: {}), because ${why}.`]
      : []),
    ...late.map(
      ({ name, on }) =>
        `${name} seems to end by itself, and a release in which it ends fails: it waits for ${on.join(', ')}, which only the release starts. ` +
        'Leave it out (profiles: [once] in the compose file) and run it by hand, or remove its depends_on and write completes: {}.',
    ),
  ];
}

function folderLines(folders: Decision['folders']): string[] {
  const of = (isWanted: (place: string) => boolean) =>
    Object.entries(folders)
      .filter(([, place]) => isWanted(place))
      .map(([folder, place]) => `${folder} → ${place}`)
      .join(', ');
  const volumes = of((place) => !isPath(place));
  const ofHost = of(isPath);
  return [
    ...(volumes
      ? [
          `Data folders become volumes, which start empty: ${volumes}. ` +
            "To keep a folder's content, write its absolute path on the host instead (folders).",
        ]
      : []),
    ...(ofHost
      ? [
          `Read on the hosts, so put it there before the first release: ${ofHost}. ` +
            'A file that is committed is part of the release: remove it under folders.',
        ]
      : []),
  ];
}

function secretsLine({ secrets, lastSecrets, environments }: Decision, { envFiles }: InitValues): string {
  const files = Object.keys(envFiles);
  const names = [...new Set([...Object.keys(secrets), ...Object.keys(lastSecrets)])];
  const last = environments.at(-1);
  return [
    ...(names.length > 0
      ? [`The worker reads secrets: set the variables listed under secrets in its environment (${names.join(', ')}).`]
      : []),
    ...(Object.keys(lastSecrets).length > 0 ? [`Literal secrets of the compose file are not used in ${last}.`] : []),
    ...(files.length > 0 ? [`Put ${files.join(', ')} on the worker's machine, at the paths under envFiles.`] : []),
  ].join(' ');
}

function routeLines({ routes, services }: Decision, entries: Entry[]): string[] {
  const isRouted = (name: string) => routes.some(({ service }) => service === name);
  const admin = entries.filter(isAdminPage).map(({ name }) => name);
  const hidden = Object.entries(services).flatMap(([name, { publish }]) =>
    publish === false && !isRouted(name) ? [name] : [],
  );
  const proxies = entries.filter((entry) => isLabelProxy(entry) && !isRouted(entry.name)).map(({ name }) => name);
  const silent = entries.filter((entry) => !isRouted(entry.name) && isAnnounced(entry)).map(({ name }) => name);
  const routed = routes.map((route) => describeRoute(route, entries)).join(', ');
  const left =
    hidden.length > 0
      ? ` Not reached from outside (publish: false): ${hidden.join(', ')}${admin.length > 0 ? '; admin pages never are' : ''}.`
      : '';
  const admins =
    admin.length > 0
      ? ` except ${admin.join(', ')}, which ${admin.length > 1 ? 'are admin pages' : 'is an admin page'}`
      : '';
  const onHost = entries.filter(({ network_mode: mode }) => mode === 'host').map(({ name }) => name);
  const announced = routes.filter(({ service }) =>
    entries.some((one) => one.name === service && announcedPort(one) !== undefined),
  );
  const why =
    announced.length === routes.length
      ? `because ${routes.length > 1 ? 'they tell' : 'it tells'} a proxy where ${routes.length > 1 ? 'they are' : 'it is'} reached`
      : `because ${routes.length > 1 ? 'they publish ports' : 'it publishes a port'} and no other service calls ${routes.length > 1 ? 'them' : 'it'}`;
  return [
    routes.length > 0
      ? `Routed: ${routed}, ${why}.${left}`
      : onHost.length > 0
        ? `No service has a route: ${onHost.join(', ')} ${onHost.length > 1 ? 'are' : 'is'} reached at the ports of the host, whose network ${onHost.length > 1 ? 'they use' : 'it uses'}.`
        : `No service has a route, because none publishes an HTTP port${admins}. Add the service people use under routes.`,
    ...(silent.length > 0
      ? [
          `Not routed: ${silent.join(', ')}, because no label or port says where it listens. Add it under routes, with its port.`,
        ]
      : []),
    ...(proxies.length > 0
      ? [`Windlass's own proxy replaces ${proxies.join(' and ')}, with the routes in windlass.yaml.`]
      : []),
  ];
}

/** With the port that was chosen, and those that it was not. */
function describeRoute({ service, port }: Decision['routes'][number], entries: Entry[]): string {
  if (!port) return service;
  const ports = (entries.find(({ name }) => name === service)?.ports ?? []).filter(isHttp);
  const others = [...new Set(ports.map(({ target }) => target))].filter((target) => target !== port);
  return `${service} (port ${port}${others.length > 0 ? `, not ${others.join(' or ')}` : ''})`;
}
