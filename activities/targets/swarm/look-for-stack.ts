import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import { STACK } from '../../../src/model/names';
import { describeTakeover } from '../../../src/plan/engines/take-over/describe-take-over';
import { SWARM } from '../../../src/plan/targets/swarm/own';
import type { ServiceState, Swarm } from '../../drivers/swarm/swarm';
import { findComposed } from './observe';

/**
 * What `docker stack deploy` runs of an environment, and how a first release treats it, a sentence each. If its stack is missing, a
 * similar one is reported, because its data would be left behind.
 */
export async function lookForStack(
  swarm: Swarm,
  environment: EnvironmentRecord,
  { listens, home }: { listens: string[]; home: string },
): Promise<string[]> {
  const { name, project, services } = environment;
  const composed = await findComposed(swarm, project);
  if (composed.length > 0) return describeTakeover(SWARM, environment, composed, listens, home);
  const others = (await swarm.listServices({ [STACK]: '' })).map(nameIn);
  return [...new Set(others.map(({ stack }) => stack))].sort().flatMap((stack) => {
    const there = others.filter((one) => one.stack === stack).map(({ service }) => service);
    const same = services.filter((service) => there.includes(service.name));
    if (same.length * 2 < services.length || !same.some(({ kind }) => kind === 'accessory')) return [];
    return [
      `the swarm has no stack ${project}, but stack ${stack} has services of the same names ` +
        `(${same.map((service) => service.name).join(', ')}). If it is this application, write project: ${stack} under environments.${name}; ` +
        'otherwise its data is not used, and accessories start empty',
    ];
  });
}

const nameIn = ({ name, labels: { [STACK]: stack = '' } }: ServiceState) => ({
  stack,
  service: name.replace(`${stack}_`, ''),
});
