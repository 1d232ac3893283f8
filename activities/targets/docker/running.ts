import type { ObservedHost } from '../../../src/model/observed';
import { describeRunning as describe } from '../../engines/running';
import type { Running } from '../driver';

/** What runs on a host, the running containers of docker compose among it. */
export const describeRunning = ({ containers, composed = [] }: ObservedHost): Running[] => [
  ...containers.map(describe),
  ...composed
    .filter(({ state }) => state === 'running')
    .map(({ name, service, image, state }) => describe({ name, service, image, state, release: '', health: 'none' })),
];
