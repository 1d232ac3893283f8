import type { ObservedContainer } from '../../src/model/observed';
import type { Running } from '../targets/driver';

type Seen = Pick<Running, 'state'> &
  Pick<ObservedContainer, 'name' | 'service' | 'release' | 'image'> & { health: string } & Partial<
    Pick<ObservedContainer, 'restarts' | 'startedAt' | 'ledger' | 'role'>
  >;

/** One instance, or another container, as people are shown it. */
export const describeRunning = (seen: Seen): Running => {
  const { name: container, service, release, image, state, health, restarts = 0, startedAt, ledger, role } = seen;
  return {
    service,
    container,
    release,
    image,
    state,
    health,
    restarts,
    startedAt,
    ...(ledger !== undefined && { ledger }),
    ...(role && { role }),
  };
};
