import type { StableSet, TrafficShare, ReleaseScope, ServiceScope, Table, TargetScope } from './operation';

/**
 * The operations that every kind of target has. They speak of services and of how many instances each has; which containers, tasks or
 * pods these are, the driver knows.
 */
export interface CommonOperations {
  /** `count` instances of the service run and are healthy. Those that do already stay as they are. */
  startInstances: ServiceScope & { count: number };
  /** No more than `left` run; the others stop and are kept. `drain` waits until no request is in flight before. */
  stopInstances: ServiceScope & { left: number; drain?: true };
  /** No more than `left` are there. The others wait until no request is in flight, stop, and are removed. */
  removeInstances: ServiceScope & { left: number };
  runOneOff: ServiceScope & { index: number; undo?: boolean };
  /**
   * Routes traffic to the release's instances, or nowhere, and waits until the proxy confirms it. `closed` answers
   * with 503 until routes are set again. `part` leaves the rest of the traffic to another release.
   */
  switchRoutes: TargetScope & { release?: string; closed?: true; part?: TrafficShare & { beside: StableSet } };
  /** Fails as soon as an instance is unhealthy, has restarted or is gone. */
  watchInstances: ReleaseScope & { forMs: number; part?: TrafficShare };
  /**
   * One verification of the environment, by its place in the manifest; `title` is what people call it. `forMs` is given to one that
   * judges over a time.
   */
  verify: ReleaseScope & { index: number; title: string; forMs?: number; part?: TrafficShare };
}

const downTo = (left: number) => (left > 0 ? ` down to ${left}` : '');
const atShare = (part: TrafficShare | undefined) => (part ? ` at ${part.percent} %` : '');

export const COMMON: Table<CommonOperations> = {
  startInstances: {
    words: ({ service, count, release }) => `start ${service}${count > 1 ? ` ×${count}` : ''} ${release}`,
    work: 'long',
    needed: true,
  },
  stopInstances: {
    words: ({ service, release, left }) => `stop ${service} ${release}${downTo(left)}`,
    work: 'long',
  },
  removeInstances: {
    words: ({ service, release, left }) => `remove ${service} ${release}${downTo(left)}`,
    work: 'long',
  },
  runOneOff: {
    words: ({ service, index, undo }) => `run command of ${service} #${index + 1}${undo ? ' (undo)' : ''}`,
    work: 'long',
    needed: true,
  },
  switchRoutes: {
    words: ({ release, closed, part }) =>
      `switch routes${closed ? ` of ${release} to 503` : ` to ${release ?? 'nothing'}`}${atShare(part)}`,
    work: 'short',
  },
  watchInstances: { words: ({ part }) => `watch instances${atShare(part)}`, work: 'wait' },
  verify: {
    words: ({ index, title, part }) => `verify #${index + 1} ${title}${atShare(part)}`,
    work: ({ forMs }) => (forMs === undefined ? 'long' : 'wait'),
    needed: true,
  },
};
