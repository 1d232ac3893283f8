import type { Draft } from '../../src/manifest/record';
import type { Settings } from '../settings';

/** A build takes the processor and the disk of the host that it runs on: said where users are served from there. */
export function warnOfBuilder(
  { builds, environments }: Pick<Draft, 'builds' | 'environments'>,
  { dockerHost }: Pick<Settings, 'dockerHost'>,
): string[] {
  if (builds.length === 0) return [];
  const served = environments
    .filter(({ hosts }) => hosts.some(({ address }) => address === 'local' || address === dockerHost))
    .map(({ name }) => name);
  if (served.length === 0) return [];
  return [
    `Images are built on the engine that also serves ${served.join(' and ')}. To build elsewhere, start the worker with another DOCKER_HOST, or let CI build and give --image.`,
  ];
}
