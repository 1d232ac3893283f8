import { ChaosTestBed } from '../../../lab/chaos/test-bed';
import type { FaultName } from '../../../lab/chaos/faults';
import { play } from '../../../lab/chaos/play';
import { allTriples, type Flow, pointsOf } from '../../../lab/chaos/triples';
import type { Point } from '../../../lab/faults/wire';
import { describeWith, parts } from '../../setup/parts';

/** Every fault, every flow and every point; `npm run chaos` plays all that there are. */
const SAMPLE: Record<FaultName, [Flow, string, Point]> = {
  'worker killed': ['release', 'switchRoutes', 'effect done'],
  'worker stopped': ['unwinding', 'removeInstances', 'started'],
  'worker frozen, another goes on': ['release', 'startInstances', 'started'],
  'worker frozen, another goes on, and all goes back': ['release', 'removeInstances', 'started'],
  'worker replaced by a newer build': ['rollback', 'switchRoutes', 'scheduled'],
  'Temporal killed': ['release', 'appendLedger', 'effect done'],
  'rollout terminated': ['release', 'watchInstances', 'completed'],
  'SSH cut for 2 s': ['release', 'createNetworks', 'scheduled'],
  'SSH silent for 5 s': ['rollback', 'removeInstances', 'started'],
  'SSH silent for 16 s': ['release', 'startInstances', 'completed'],
  'engine restarted': ['unwinding', 'switchRoutes', 'effect done'],
  'engine gone for good': ['release', 'switchRoutes', 'completed'],
  'registry answers 500': ['release', 'appendLedger', 'scheduled'],
  'registry is down': ['rollback', 'pullImage', 'started'],
  'registry is slow': ['release', 'planRollout', 'started'],
  'registry lacks a blob': ['release', 'pullImage', 'scheduled'],
  'proxy killed': ['release', 'switchRoutes', 'started'],
  'disk full': ['release', 'startInstances', 'scheduled'],
  'instance dies': ['release', 'watchInstances', 'started'],
  'instance flaps': ['rollback', 'startInstances', 'effect done'],
  'never becomes healthy': ['release', 'startInstances', 'started'],
  'does not stop': ['release', 'removeInstances', 'scheduled'],
};

/** What `npm test` plays: faults of windlass, of the way to a host, and of a host. */
const QUICK: FaultName[] = ['worker killed', 'rollout terminated', 'SSH silent for 5 s', 'disk full'];
type Group = 'quick' | 'windlass' | 'registry' | 'hosts' | 'instances';

/** A file each: a fault is mostly waiting, so groups are played side by side. */
function groupOf(fault: FaultName): Group {
  if (QUICK.includes(fault)) return 'quick';
  if (fault.startsWith('registry')) return 'registry';
  if (/^(worker|Temporal|rollout)/.test(fault)) return 'windlass';
  return /^(SSH|engine|proxy|disk)/.test(fault) ? 'hosts' : 'instances';
}

/** Plays the faults of a group. */
export function playSample(group: Group): void {
  const chosen = (Object.keys(SAMPLE) as FaultName[]).filter((fault) => groupOf(fault) === group);
  // Longer than one play may take, see lab/chaos/play.ts.
  jest.setTimeout(480_000);

  describeWith(['engine', 'registry', 'compose', 'images', 'hosts'], 'a fault in the middle', () => {
    let bed: ChaosTestBed;
    beforeAll(async () => void (bed = await ChaosTestBed.open(parts())));
    afterAll(async () => await bed?.close());

    it.each(chosen.map((fault) => [fault, ...SAMPLE[fault]] as const))(
      '%s, %s, %s, %s: all is new or all is old, and the ledger says which',
      async (fault, flow, operation, point) => {
        expect(allTriples([fault])).toContainEqual({ fault, flow, operation });
        expect(pointsOf({ fault, flow, operation })).toContain(point);
        const result = await play(bed, { fault, flow, operation, point, seed: 1 });
        expect(result).toMatchObject({ broken: [] });
      },
    );
  });
}
