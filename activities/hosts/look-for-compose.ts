import type { EnvironmentRecord } from '../../src/manifest/record';
import { COMPOSE } from '../../src/model/names';
import { describeTakeover } from '../../src/plan/takeOver';
import type { ContainerState, Engine } from '../drivers/docker/engine';
import { listComposed } from '../rollout/find-accessory';
import { describeComposed } from '../rollout/observe';

/**
 * What docker compose runs of an environment on a host, and what a first release makes of it, a sentence each. Where its project
 * is not there, another one that looks like it: taken for nothing, its data would be left behind.
 */
export async function lookForCompose(
  engine: Engine,
  environment: EnvironmentRecord,
  { proxyHttp, home }: { proxyHttp: string; home: string },
): Promise<string[]> {
  const composed = (await listComposed(engine, environment.project)).map(describeComposed);
  if (composed.length > 0) return describeTakeover(environment, composed, proxyHttp, home);
  const others = await engine.listContainers({ [COMPOSE.project]: '' });
  return [...new Set(others.map(({ labels }) => labels[COMPOSE.project] ?? ''))]
    .sort()
    .flatMap((project) => describeLikeness(environment, project, others));
}

/** Half of its services by name, and one that keeps data, make a project look like this one. */
function describeLikeness(
  { name, services, project }: EnvironmentRecord,
  other: string,
  all: ContainerState[],
): string[] {
  const there = new Set(
    all.filter(({ labels }) => labels[COMPOSE.project] === other).map(({ labels }) => labels[COMPOSE.service]),
  );
  const same = services.filter((service) => there.has(service.name));
  if (same.length * 2 < services.length || !same.some(({ kind }) => kind === 'accessory')) return [];
  return [
    `docker compose runs nothing of the project ${project} here, but a project ${other} with services of the same names ` +
      `(${same.map((service) => service.name).join(', ')}). If it is this application, write project: ${other} under environments.${name}; ` +
      'without it, its data is left alone, and accessories begin empty',
  ];
}
