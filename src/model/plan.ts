import type { Failure } from './failure';
import { COMMON, type CommonOperations } from './operations/common';
import { DOCKER, type DockerOperations } from './operations/docker';
import { ENGINE, type EngineOperations } from './operations/engine';
import { KUBERNETES, type KubernetesOperations, type OfSets } from './operations/kubernetes';
import type { OperationTraits, Table, Work } from './operations/operation';
import { SWARM, type SwarmOperations } from './operations/swarm';
import type { PlannedStrategy } from './strategy';
import type { TargetKind } from './target';

/**
 * A plan takes one environment from what is observed to what is wanted. It is plain data, kept in history and shown
 * to approvers. Container specifications stay in the release record, so a plan is small even for many hosts.
 */
export const PLAN_FORMAT = 2;

export interface Plan {
  format: typeof PLAN_FORMAT;
  app: string;
  environment: string;
  /** The release to roll out; undefined takes the environment to nothing. */
  release?: string;
  from?: string;
  strategy: PlannedStrategy;
  /** Observations that must still hold: a replaced instance makes another plan. */
  before: string[];
  changes: string[];
  /** What an approver must know before deciding: outages, irreversible commands. */
  warnings: string[];
  /** What to do when a step keeps failing for a reason people can fix. Past an irreversible step it always asks. */
  onFailure: 'rollback' | 'ask';
  phases: Phase[];
}

/** Nothing is undone after `commit`; failures in `retire` are only reported. */
export type PhaseName = 'prepare' | 'switch' | 'soak' | 'commit' | 'retire';

export interface Phase {
  name: PhaseName;
  batches: Step[][];
}

/** An operation and its compensation. Its target, time limit and description follow from the operation. */
export interface Step {
  operation: Operation;
  /** The compensation, recorded before the operation starts, so it does nothing when nothing was done. */
  undo?: Operation;
  irreversible?: true;
}

/**
 * What can be done on each kind of target; a kind that is not named has what all have. To add an operation: its input and its row in
 * `operations/`, and a file in the driver of each kind that has it.
 */
export interface OperationsOf extends Record<TargetKind, CommonOperations> {
  docker: CommonOperations & EngineOperations & DockerOperations;
  swarm: CommonOperations & EngineOperations & SwarmOperations;
  kubernetes: CommonOperations & Pick<EngineOperations, OfSets> & KubernetesOperations;
}

/** Every operation, with its input. The name is the activity's, so that Temporal's UI reads as the procedure. */
export interface OperationInputs
  extends CommonOperations, EngineOperations, DockerOperations, SwarmOperations, KubernetesOperations {}
export type OperationName = keyof OperationInputs;
export type Operation = { [Name in OperationName]: { name: Name } & OperationInputs[Name] }[OperationName];

const OPERATIONS: Table<OperationInputs> = { ...COMMON, ...ENGINE, ...DOCKER, ...SWARM, ...KUBERNETES };

export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[];

const traitsOf = (op: Operation) => OPERATIONS[op.name] as OperationTraits<Operation>;

export function workOf(op: Operation): Work {
  const { work } = traitsOf(op);
  return typeof work === 'function' ? work(op) : work;
}

/** How long an operation waits by its own word; 0 for one that does not. */
export const waitOf = (op: Operation): number => ('forMs' in op ? (op.forMs ?? 0) : 0);

export const isNeeded = (op: Operation): boolean => traitsOf(op).needed === true;

/** Unique within its plan: `prepare: start api 3f2a9c1b7d on local`. */
export const stepId = (phase: PhaseName, step: Step) => `${phase}: ${describeOperation(step.operation)}`;

/** `start api 3f2a9c1b7d on local`. */
export function describeOperation(op: Operation): string {
  const { words, namesTarget } = traitsOf(op);
  return namesTarget ? words(op) : `${words(op)} on ${op.target}`;
}

/** The progress of a step. Times are milliseconds since 1970. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'skipped';
export interface StepProgress {
  state: StepState;
  startedAt?: number;
  endedAt?: number;
  failure?: Failure;
}

export type Outcome =
  | { status: 'committed'; warnings: string[] }
  | { status: 'undone'; cancelled: boolean; failure: Failure; undone: string[] };
