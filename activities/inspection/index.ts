import type { EnvironmentRef } from '../../src/model/names';
import { urlsOf } from '../../src/model/host/route-address';
import { failureIn } from '../drivers/errors';
import type { RolloutDeps } from '../rollout/deps';
import { driverOf } from '../targets/driver';
import { observe } from '../targets/observe';
import type { Activities } from '../types';
import type { Inspection } from '../../src/model/inspection';
import { unlessStopped } from '../waiting';
import { compareEnvironments, compareReleases } from './compare';
import { environmentOfRelease } from './environment-of-release';
import { readLogs } from './logs';

/** The activities that only read. */
export function createInspectionActivities(
  deps: RolloutDeps,
): Pick<Activities, 'inspectEnvironment' | 'readLogs' | 'readAddresses' | 'compareReleases' | 'compareEnvironments'> {
  return {
    inspectEnvironment: (input) => inspectEnvironment(deps, input),
    readLogs: (input) => readLogs(deps, input),
    readAddresses: async ({ record, environment }) =>
      urlsOf((await environmentOfRelease(deps, record, environment)).routes, deps.settings),
    compareReleases: (input) => compareReleases(deps, input),
    compareEnvironments: (input) => compareEnvironments(deps, input),
  };
}

/** Compares what runs with the recorded release. Without a record no host is known, so nothing can be inspected. */
async function inspectEnvironment(
  deps: RolloutDeps,
  { app, environment, record: ref, excluded = [] }: Parameters<Activities['inspectEnvironment']>[0],
): Promise<Inspection> {
  if (!ref) return { app, environment, services: [], routes: [], drift: [], unreached: [] };
  const place: EnvironmentRef = { installation: deps.settings.installation, app, environment };
  const record = await environmentOfRelease(deps, ref, environment);
  const { environments } = await deps.loadRecord(ref);
  const known = environments.map(({ name }) => name);
  const missed = new Map<string, string>();
  const { targets } = await observe(deps, place, record.targets, record.project, excluded, (error) => {
    const failure = failureIn(error);
    if (!failure?.host) throw error;
    missed.set(failure.host, failure.message);
  });
  const all = Object.entries(targets);
  const answers = await Promise.all(
    record.targets.map(async (target) => {
      // Routes of another release, or nothing running, were reported already.
      if (targets[target.name]?.routes?.release !== ref.release) return [];
      return await unlessStopped(driverOf(deps.drivers, target).answers(target, place, ref.release, record));
    }),
  );
  return {
    app,
    environment,
    kind: record.targets[0]?.kind,
    services: record.targets.flatMap((target) => {
      const observed = targets[target.name];
      if (!observed) return [];
      return driverOf(deps.drivers, target)
        .describeRunning(observed)
        .map((one) => ({ host: target.name, ...one }));
    }),
    routes: all.map(([host, { routes }]) => ({ host, release: routes?.release })),
    drift: [
      ...excluded.filter((host) => !targets[host]).map((host) => `${host}: excluded, and does not answer`),
      ...record.targets.flatMap((target) => {
        const observed = targets[target.name];
        if (!observed) return [];
        return driverOf(deps.drivers, target).drift(target, { place, release: ref.release, record, known, observed });
      }),
      ...answers.flat(),
    ],
    unreached: record.targets.flatMap(({ name: host }) => (missed.has(host) ? { host, why: missed.get(host)! } : [])),
  };
}
