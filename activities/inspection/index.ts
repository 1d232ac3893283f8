import type { Place } from '../../src/model/names';
import type { ComposedContainer } from '../../src/model/observed';
import { failureIn } from '../drivers/errors';
import type { RolloutDeps } from '../rollout/context';
import { observe } from '../rollout/observe';
import type { Activities, Inspection } from '../types';
import { compareEnvironments, compareReleases } from './compare';
import { describeDrift } from './drift';
import { findEnvironment } from './find-environment';
import { readLogs } from './logs';

/** The activities that look and change nothing. */
export function createInspectionActivities(
  deps: RolloutDeps,
): Pick<Activities, 'inspectEnvironment' | 'readLogs' | 'compareReleases' | 'compareEnvironments'> {
  return {
    inspectEnvironment: (input) => inspectEnvironment(deps, input),
    readLogs: (input) => readLogs(deps, input),
    compareReleases: (input) => compareReleases(deps, input),
    compareEnvironments: (input) => compareEnvironments(deps, input),
  };
}

/** What runs, against the recorded release. Without a record no host is known, and nothing can be looked at. */
async function inspectEnvironment(
  deps: RolloutDeps,
  { app, environment, record: ref, excluded = [] }: Parameters<Activities['inspectEnvironment']>[0],
): Promise<Inspection> {
  if (!ref) return { app, environment, services: [], routes: [], drift: [], unreached: [] };
  const place: Place = { installation: deps.settings.installation, app, environment };
  const record = await findEnvironment(deps, ref, environment);
  const missed = new Map<string, string>();
  const { hosts } = await observe(deps, place, record.hosts, record.project, excluded, (error) => {
    const failure = failureIn(error);
    if (!failure?.host) throw error;
    missed.set(failure.host, failure.message);
  });
  const all = Object.entries(hosts);
  return {
    app,
    environment,
    services: all.flatMap(([host, { containers, composed = [] }]) =>
      [...containers, ...composed.filter(({ state }) => state === 'running').map(asObserved)].map(
        ({ name: container, service, release, image, state, health, restarts = 0, startedAt }) => ({
          host,
          service,
          container,
          release,
          image,
          state,
          health,
          restarts,
          startedAt,
        }),
      ),
    ),
    routes: all.map(([host, { routes }]) => ({ host, release: routes?.release })),
    drift: [
      ...excluded.filter((host) => !hosts[host]).map((host) => `${host}: is excluded, and does not answer`),
      ...all.flatMap(([host, observed]) => describeDrift(place, ref.release, record, host, observed)),
    ],
    unreached: record.hosts.flatMap(({ name: host }) => (missed.has(host) ? { host, why: missed.get(host)! } : [])),
  };
}

/** What docker compose made is of no release. */
const asObserved = (one: ComposedContainer) => ({
  ...one,
  release: '',
  health: 'none',
  restarts: undefined,
  startedAt: undefined,
});
