import { Arena } from '../../chaos/arena';
import type { FaultName } from '../../chaos/faults';
import { play } from '../../chaos/play';
import { allTriples, type Flow, pointsOf } from '../../chaos/triples';
import type { Point } from '../../chaos/wire';
import { describeWith, parts } from '../setup/parts';

/** Every fault, every flow and every point; `npm run chaos` plays all that there are. */
const SAMPLE: Record<FaultName, [Flow, string, Point]> = {
  'worker killed': ['release', 'switchRoutes', 'effect done'],
  'worker stopped': ['unwinding', 'removeInstance', 'started'],
  'worker frozen, another goes on': ['release', 'startInstance', 'started'],
  'worker frozen, another goes on, and all goes back': ['release', 'removeInstance', 'started'],
  'worker replaced by a newer build': ['rollback', 'switchRoutes', 'scheduled'],
  'Temporal killed': ['release', 'appendLedger', 'effect done'],
  'rollout terminated': ['release', 'watchInstances', 'completed'],
  'SSH cut for 2 s': ['release', 'createNetworks', 'scheduled'],
  'SSH silent for 5 s': ['rollback', 'removeInstance', 'started'],
  'SSH silent for 16 s': ['release', 'startInstance', 'completed'],
  'engine restarted': ['unwinding', 'switchRoutes', 'effect done'],
  'engine gone for good': ['release', 'switchRoutes', 'completed'],
  'registry answers 500': ['release', 'appendLedger', 'scheduled'],
  'registry is down': ['rollback', 'pullImage', 'started'],
  'registry is slow': ['release', 'planRollout', 'started'],
  'registry lacks a blob': ['release', 'pullImage', 'scheduled'],
  'proxy killed': ['release', 'switchRoutes', 'started'],
  'disk full': ['release', 'startInstance', 'scheduled'],
  'instance dies': ['release', 'watchInstances', 'started'],
  'instance flaps': ['rollback', 'startInstance', 'effect done'],
  'never becomes healthy': ['release', 'startInstance', 'started'],
  'does not stop': ['release', 'removeInstance', 'scheduled'],
};

/** Of the sample the faults that strike windlass and what it works with, or those that strike what it works on. Two files, side by side: a fault is mostly waiting. */
export function playSample(what: 'windlass' | 'hosts'): void {
  const strikesWindlass = (fault: string) => /^(worker|Temporal|rollout|registry)/.test(fault);
  const chosen = (Object.keys(SAMPLE) as FaultName[]).filter(
    (fault) => strikesWindlass(fault) === (what === 'windlass'),
  );

  describeWith(['engine', 'registry', 'compose', 'images', 'hosts'], 'a fault in the middle', () => {
    let arena: Arena;
    beforeAll(async () => void (arena = await Arena.open(parts())));
    afterAll(async () => await arena?.close());

    it.each(chosen.map((fault) => [fault, ...SAMPLE[fault]] as const))(
      '%s, %s, %s, %s: all is new or all is old, and the ledger says which',
      async (fault, flow, operation, point) => {
        expect(allTriples([fault])).toContainEqual({ fault, flow, operation });
        expect(pointsOf({ fault, flow, operation })).toContain(point);
        const result = await play(arena, { fault, flow, operation, point, seed: 1 });
        expect(result).toMatchObject({ broken: [] });
      },
    );
  });
}
