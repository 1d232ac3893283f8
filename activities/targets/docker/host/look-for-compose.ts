import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { COMPOSE } from '../../../../src/model/names';
import { DOCKER } from '../../../../src/plan/targets/docker/own';
import { describeTakeover } from '../../../../src/plan/engines/take-over/describe-take-over';
import type { ContainerState, Engine } from '../../../drivers/docker/engine';
import { listComposed } from '../containers/find-accessory';
import { describeComposed } from '../observe';

/**
 * What docker compose runs of an environment on a host, and how a first release treats it, a sentence each. If
 * its project is missing, a similar one is reported, because its data would be left behind.
 */
export async function lookForCompose(
  engine: Engine,
  environment: EnvironmentRecord,
  { listens, home }: { listens: string[]; home: string },
): Promise<string[]> {
  const composed = (await listComposed(engine, environment.project)).map((one) => describeComposed(one));
  if (composed.length > 0) return describeTakeover(DOCKER, environment, composed, listens, home);
  const others = await engine.listContainers({ [COMPOSE.project]: '' });
  return [...new Set(others.flatMap(({ labels }) => labels[COMPOSE.project] || []))]
    .sort()
    .flatMap((project) => describeLikeness(environment, project, others));
}

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
    `docker compose runs no project ${project} here, but project ${other} has services of the same names ` +
      `(${same.map((service) => service.name).join(', ')}). If it is this application, write project: ${other} under environments.${name}; ` +
      'otherwise its data is not used, and accessories start empty',
  ];
}
