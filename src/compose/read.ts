import type { BuildSpec } from '../model/container/build';
import type { Finding } from '../model/text/path';
import type { Network, Route, Service, Volume } from '../model/service';
import { ANSWERS } from './answers';
import { readBuild } from './build/builds';
import { checkObjects } from './files/files';
import { settleFolders } from './files/folders';
import { shareImages, withSharedBuilds } from './build/images';
import { kindsOf } from './service/kind';
import type { ComposeModel } from './model';
import { reportContainerNames } from './service/names';
import { settleNetworkModes } from './network/namespaces';
import { readNetworks, readVolumes } from './network/networks';
import { Diagnostics } from './diagnostics';
import { resolveRoutes } from './network/routes';
import { readService } from './service/services';
import type { ComposeOverrides } from './overrides';

export interface ReadCompose {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
  builds: BuildSpec[];
  images: Record<string, string>;
  shared: Record<string, string>;
  problems: Finding[];
  told: Finding[];
  routeProblems: Finding[];
}

/**
 * Converts compose's normalized model of an environment, with the manifest's additions, into our model. Returns
 * all problems at once.
 */
export function readCompose(asWritten: ComposeModel, overrides: ComposeOverrides): ReadCompose {
  const answers = ANSWERS[overrides.target];
  const notes = new Diagnostics(answers);
  const model = settleNetworkModes(settleFolders(asWritten, overrides, notes), notes);
  notes.checkKeys('file', [], model);
  const written = model.services ?? {};
  reportContainerNames(model, notes);
  const entries = Object.entries(written).sort(([a], [b]) => (a < b ? -1 : 1));
  const shared = shareImages(written, projectsOf(model, overrides), overrides, notes);
  const kinds = kindsOf(withSharedBuilds(written, shared), overrides);
  const services = entries.map(([name, service]) => readService(name, service, { model, kinds, overrides, notes }));
  checkObjects(model, overrides, notes);
  answers.judge?.(model, services, notes);
  const published = Object.fromEntries(entries.map(([name, { ports = [] }]) => [name, tcpTargets(ports)]));
  const { routes, findings } = resolveRoutes(overrides.routes, services, published);
  const builds = entries.flatMap(
    ([name, service]) => readBuild(name, service, { model, overrides, notes }, ['services', name]) ?? [],
  );
  const unbuilt = entries.filter(([name, { build }]) => !build && !(name in shared));
  return {
    services,
    networks: readNetworks(model, notes),
    volumes: readVolumes(model, notes),
    routes,
    builds,
    images: Object.fromEntries(unbuilt.map(([name, { image = '' }]) => [name, image])),
    shared,
    problems: notes.problems,
    told: notes.told,
    routeProblems: findings,
  };
}

/** Compose's names for the project: here, and where the file or folder has the application's name. */
export const projectsOf = ({ name }: ComposeModel, { projects = [] }: ComposeOverrides): string[] => [
  ...new Set([...(name ? [name] : []), ...projects]),
];

const tcpTargets = (ports: { target: number; protocol?: string }[]) => [
  ...new Set(ports.filter(({ protocol = 'tcp' }) => protocol === 'tcp').map(({ target }) => target)),
];
