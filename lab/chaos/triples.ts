import type { FaultName } from './faults';
import { POINTS, type Point } from '../faults/wire';

export type Flow = 'release' | 'rollback' | 'unwinding';

/** One fault at one activity of one flow; at which boundary of the activity follows from the seed. */
export interface Triple {
  fault: FaultName;
  operation: string;
  flow: Flow;
}

/** The activities of each flow that a fault can meet, in their order. */
export const OPERATIONS: Record<Flow, string[]> = {
  release: [
    'planRollout',
    'pullImage',
    'createNetworks',
    'startInstances',
    'stopInstances',
    'switchRoutes',
    'watchInstances',
    'verify',
    'appendLedger',
    'removeInstances',
    'removeNetworks',
    'pruneImages',
  ],
  rollback: [
    'planRollout',
    'pullImage',
    'startInstances',
    'stopInstances',
    'switchRoutes',
    'watchInstances',
    'appendLedger',
    'removeInstances',
  ],
  // what comes after the verification has failed
  unwinding: ['verify', 'switchRoutes', 'startInstances', 'removeInstances', 'removeNetworks', 'appendLedger'],
};

const FLOWS = Object.keys(OPERATIONS) as Flow[];

/** What a kind of fault can do harm to. What is in no rule can strike anywhere. */
interface Rule {
  operations?: string[];
  flows?: Flow[];
  points?: Point[];
}

const REGISTRY = { operations: ['planRollout', 'pullImage', 'appendLedger'] };
/** The ledger is in the registry and involves no host. */
const HOST = { operations: OPERATIONS.release.filter((one) => one !== 'appendLedger') };
const INSTANCE: Rule = {
  operations: ['startInstances', 'switchRoutes', 'watchInstances'],
  flows: ['release', 'rollback'],
};

/** Why a triple is left out: a fault makes sense only where what it breaks is used. */
const RULES: Partial<Record<FaultName, Rule>> = {
  // its late work would undo what exists again
  'worker frozen, another goes on, and all goes back': {
    operations: ['stopInstances', 'switchRoutes', 'removeInstances', 'removeNetworks', 'pruneImages'],
    flows: ['release'],
    points: ['started', 'effect done'],
  },
  'SSH cut for 2 s': HOST,
  'SSH silent for 5 s': HOST,
  'SSH silent for 16 s': HOST,
  'engine restarted': HOST,
  'engine gone for good': HOST,
  'registry answers 500': REGISTRY,
  'registry is down': REGISTRY,
  'registry is slow': REGISTRY,
  // before the images are there
  'registry lacks a blob': { operations: ['pullImage'], points: ['scheduled', 'started'] },
  'proxy killed': { operations: ['createNetworks', 'switchRoutes', 'watchInstances', 'removeInstances'] },
  'disk full': { operations: ['pullImage', 'createNetworks', 'startInstances', 'switchRoutes'] },
  'instance dies': INSTANCE,
  'instance flaps': INSTANCE,
  'never becomes healthy': { operations: ['startInstances'], flows: ['release'], points: ['started'] },
  'does not stop': { operations: ['stopInstances', 'removeInstances'], points: ['scheduled', 'started'] },
};

/** Every triple that makes sense. */
export const allTriples = (faults: FaultName[]): Triple[] =>
  faults.flatMap((fault) =>
    FLOWS.flatMap((flow) =>
      OPERATIONS[flow].map((operation): Triple => ({ fault, operation, flow })).filter(makesSense),
    ),
  );

function makesSense({ fault, flow, operation }: Triple): boolean {
  const { operations = [operation], flows = [flow] } = RULES[fault] ?? {};
  return operations.includes(operation) && flows.includes(flow);
}

/** The boundaries at which a fault can strike. An instance must be there to die. */
export function pointsOf({ fault, operation }: Triple): readonly Point[] {
  if (RULES[fault] === INSTANCE && operation === 'startInstances') return ['effect done', 'completed'];
  return RULES[fault]?.points ?? POINTS;
}
