import type { Draft } from '../../src/manifest/record/record';
import { connectionsOf } from '../../src/model/target';
import { describeReach, reachOfBuild } from '../../src/model/host/reach';
import { hasPolicy } from '../policy';
import type { Settings } from '../settings';

/** Warns when builds use the processor and disk of a host that serves users. */
export function warnOfBuilder(
  { builds, environments }: Pick<Draft, 'builds' | 'environments'>,
  { dockerHost }: Pick<Settings, 'dockerHost'>,
): string[] {
  if (builds.length === 0) return [];
  const isBuilder = (address: string) => address === 'local' || address === dockerHost;
  const served = environments
    .filter(({ targets }) => targets.flatMap(connectionsOf).some(({ address }) => isBuilder(address)))
    .map(({ name }) => name);
  if (served.length === 0) return [];
  return [
    `Images are built on the engine that also serves ${served.join(' and ')}. To build elsewhere, start the worker with another DOCKER_HOST, or let CI build and give --image.`,
  ];
}

/** What builds have of the worker, where no policy judges it; of containers the plan tells. */
export const warnOfReach = ({ builds }: Pick<Draft, 'builds'>): string[] =>
  hasPolicy() ? [] : describeReach(builds.flatMap(reachOfBuild));
