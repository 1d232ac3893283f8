import type { BuildSpec } from '../model/build';
import type { Finding } from '../model/path';
import type { Network, Route, Service, Volume } from '../model/service';
import { readBuild } from './builds';
import { checkObjects } from './files';
import { TOP_KEYS } from './keys';
import { kindsOf } from './kind';
import type { ComposeModel } from './model';
import { readNetworks, readVolumes } from './networks';
import { Notes } from './notes';
import { resolveRoutes } from './routes';
import { readService } from './services';
import type { Wishes } from './wishes';

/** What the compose files of one environment become. */
export interface ReadCompose {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
  builds: BuildSpec[];
  /** service → image as it is written, of what is not built. */
  images: Record<string, string>;
  /** Paths begin at the top of the compose file. */
  problems: Finding[];
  told: Finding[];
  /** Paths begin at the environment in the manifest. */
  routeProblems: Finding[];
}

/** Compose's normalised model of one environment, with what the manifest adds → our words. All that is wrong, at once. */
export function readCompose(model: ComposeModel, wishes: Wishes): ReadCompose {
  const notes = new Notes();
  notes.checkKeys(TOP_KEYS, [], model);
  const entries = Object.entries(model.services ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const kinds = kindsOf(model.services ?? {}, wishes);
  const services = entries.map(([name, service]) => readService(name, service, { model, kinds, wishes, notes }));
  checkObjects(model, wishes, notes);
  const published = Object.fromEntries(entries.map(([name, { ports = [] }]) => [name, tcpTargets(ports)]));
  const { routes, findings } = resolveRoutes(wishes.routes, services, published);
  const builds = entries.flatMap(
    ([name, service]) => readBuild(name, service, { model, wishes, notes }, ['services', name]) ?? [],
  );
  const unbuilt = entries.filter(([, { build }]) => !build);
  return {
    services,
    networks: readNetworks(model, notes),
    volumes: readVolumes(model, notes),
    routes,
    builds,
    images: Object.fromEntries(unbuilt.map(([name, { image = '' }]) => [name, image])),
    problems: notes.problems,
    told: notes.told,
    routeProblems: findings,
  };
}

const tcpTargets = (ports: { target: number; protocol?: string }[]) => [
  ...new Set(ports.filter(({ protocol = 'tcp' }) => protocol === 'tcp').map(({ target }) => target)),
];
