import type { Failure } from './failure';
import type { RestartPolicy } from './observed';

/**
 * A plan takes one environment from what is observed to what is wanted. It is plain data, kept in history and shown to
 * approvers; container specifications are not in it but in the release record, so it stays small for many hosts.
 */
export const PLAN_FORMAT = 1;

export interface Plan {
  format: typeof PLAN_FORMAT;
  app: string;
  environment: string;
  /** The release that the environment is taken to; undefined takes it to nothing. */
  release?: string;
  /** The release that it is taken from. */
  from?: string;
  strategy: string;
  /** What was observed and must still be so: a replaced instance makes another plan. */
  before: string[];
  /** What changes, a line each, for the approver. */
  changes: string[];
  /** What an approver must know before deciding: outages, irreversible commands. */
  warnings: string[];
  /** What a step does that keeps failing for a reason that a person can mend. Past an irreversible step it always asks. */
  onFailure: 'rollback' | 'ask';
  phases: Phase[];
}

/** `commit` is the point after which nothing is undone; what fails in `retire` is reported, and takes nothing back. */
export type PhaseName = 'prepare' | 'switch' | 'soak' | 'commit' | 'retire';

export interface Phase {
  name: PhaseName;
  /** One after the other; the steps of a batch are independent and run together. */
  batches: Step[][];
}

/** An operation and its compensation. Who does it, how long it may take and what it is called follow from the operation. */
export interface Step {
  operation: Operation;
  /** The compensation; recorded before the operation starts, so it must be a no-op when nothing was done. */
  undo?: Operation;
  /** Once passed, a failure asks instead of going back blindly. */
  irreversible?: true;
}

/** What can be done, and what each needs to know. The name is the activity's, so that Temporal's UI reads as the procedure. */
export interface OperationInputs {
  /** The proxy runs on the host; `closed` while something else listens on its port, and no request reaches it from outside. */
  ensureProxy: HostScope & { closed?: true };
  /** The proxy listens on its port of the host, and is in the release's networks. */
  openProxy: ReleaseScope;
  /** It no longer does, unless it serves another environment. */
  closeProxy: HostScope;
  pullImage: ServiceScope;
  /** The release's networks exist; proxy and accessories are in them. */
  createNetworks: ReleaseScope;
  removeNetworks: ReleaseScope;
  /** The accessory runs and is in the release's networks; `adopts` names the container of docker compose that is it. */
  startAccessory: ServiceScope & { adopts?: string };
  /** Removes an accessory if this very release made it; never its volume. */
  removeAccessory: ServiceScope;
  /** Another container from the release's specification, on the same volumes; the one that ran is stopped, and kept. */
  recreateAccessory: ServiceScope & { composed?: string };
  /** The accessory is again the container that `recreateAccessory` of this release kept, with its restart policy. */
  restoreAccessory: ServiceScope & { restart: RestartPolicy; composed?: string };
  /** Removes the container that `recreateAccessory` of this release kept; never its volumes. */
  discardAccessory: ServiceScope;
  /** A container that docker compose made stops, is kept, and does not come back by itself. */
  stopComposed: HostScope & { container: string };
  /** It runs again, with its restart policy. */
  startComposed: HostScope & { container: string; restart: RestartPolicy };
  /** It has its restart policy again, and stays as it stands. */
  releaseComposed: HostScope & { container: string; restart: RestartPolicy };
  /** What is left of the environment on the host goes: its network, and the proxy if it serves nobody else. */
  leaveHost: HostScope;
  /** Runs a `before` command (or its undo) to its end, once. */
  runOneOff: ServiceScope & { index: number; undo?: boolean };
  /** Creates the container, starts it, waits until it is healthy; each only where it is not so yet. */
  startInstance: ServiceScope & { replica: number };
  /** Stops and keeps it; `drain` waits until no request is in flight before. */
  stopInstance: ServiceScope & { replica: number; drain?: true };
  /** Waits until no request is in flight, stops, removes. */
  removeInstance: ServiceScope & { replica: number };
  /**
   * Traffic goes to the release's instances, or nowhere; done when the proxy says so. `closed`: the release's addresses
   * are answered with 503 until its routes are set again. `part`: the rest of the traffic still goes to another release.
   */
  switchRoutes: HostScope & { release?: string; closed?: true; part?: Part & { beside: Beside } };
  /** Fails as soon as an instance is unhealthy, has restarted or is gone. */
  watchInstances: ReleaseScope & { forMs: number; part?: Part };
  /** One verification of the environment, by its place in the manifest; `title` is what people call it. */
  verify: ReleaseScope & { index: number; title: string; part?: Part };
  /** Removes images that no release to which the environment may go back needs. */
  pruneImages: HostScope & { keep: string[] };
}

/** Part of the way from one release to the next: both answer requests, and background services are still the old ones. */
export interface Part {
  /** The release's share of the traffic, in percent. */
  percent: number;
  /** How many instances of a service there are by then, where not all are: the first so many. */
  instances?: Record<string, number>;
}
/** The release that has the rest of the traffic, and how many of its instances are left, where not all are. */
export interface Beside {
  release: string;
  instances?: Record<string, number>;
}

export interface HostScope {
  host: string;
}
export interface ReleaseScope extends HostScope {
  release: string;
}
export interface ServiceScope extends ReleaseScope {
  service: string;
}

export type OperationName = keyof OperationInputs;
export type Operation = { [Name in OperationName]: { name: Name } & OperationInputs[Name] }[OperationName];

/** How long an operation may take and how it is retried: `short` seconds, `long` minutes, `wait` its own duration. */
export type Work = 'short' | 'long' | 'wait';

/** What each operation is: its words for people, and its class of work. */
const OPERATIONS: Record<OperationName, { words: string; work: Work }> = {
  ensureProxy: { words: 'ensure proxy', work: 'long' },
  openProxy: { words: 'open proxy', work: 'long' },
  closeProxy: { words: 'close proxy', work: 'long' },
  pullImage: { words: 'pull', work: 'long' },
  createNetworks: { words: 'create networks', work: 'short' },
  removeNetworks: { words: 'remove networks', work: 'short' },
  startAccessory: { words: 'start accessory', work: 'long' },
  removeAccessory: { words: 'remove accessory', work: 'long' },
  recreateAccessory: { words: 'recreate accessory', work: 'long' },
  restoreAccessory: { words: 'restore accessory', work: 'long' },
  discardAccessory: { words: 'discard the former accessory', work: 'long' },
  stopComposed: { words: 'stop', work: 'long' },
  startComposed: { words: 'start', work: 'long' },
  releaseComposed: { words: 'hand back', work: 'short' },
  leaveHost: { words: 'leave', work: 'long' },
  runOneOff: { words: 'run command of', work: 'long' },
  startInstance: { words: 'start', work: 'long' },
  stopInstance: { words: 'stop', work: 'long' },
  removeInstance: { words: 'remove', work: 'long' },
  switchRoutes: { words: 'switch routes', work: 'short' },
  watchInstances: { words: 'watch instances', work: 'wait' },
  verify: { words: 'verify', work: 'long' },
  pruneImages: { words: 'prune images', work: 'long' },
};

export const workOf = (op: Operation): Work => OPERATIONS[op.name].work;

/** Unique in its plan, and readable: `prepare: start api 3f2a9c1b7d on local`. */
export const stepId = (phase: PhaseName, step: Step) => `${phase}: ${describeOperation(step.operation)}`;

/** What an operation does, in a few words: `start api 3f2a9c1b7d on local`. */
export function describeOperation(op: Operation): string {
  const part = 'part' in op && op.part ? ` at ${op.part.percent} %` : '';
  return `${OPERATIONS[op.name].words}${describeObject(op)}${part} ${op.name === 'leaveHost' ? '' : 'on '}${op.host}`;
}

function describeObject(op: Operation): string {
  const service = 'service' in op ? ` ${op.service}` : '';
  switch (op.name) {
    case 'runOneOff':
      return `${service} #${op.index + 1}${op.undo ? ' (undo)' : ''}`;
    case 'startInstance':
    case 'stopInstance':
    case 'removeInstance':
      return `${service}${op.replica > 1 ? ` #${op.replica}` : ''} ${op.release}`;
    case 'stopComposed':
    case 'startComposed':
    case 'releaseComposed':
      return ` ${op.container}`;
    case 'ensureProxy':
      return op.closed ? ' (closed)' : '';
    case 'openProxy':
      return '';
    case 'startAccessory':
      return op.adopts ? `${service} (adopts ${op.adopts})` : service;
    case 'switchRoutes':
      return op.closed ? ` of ${op.release} to 503` : op.release ? ` to ${op.release}` : ' to nothing';
    case 'createNetworks':
    case 'removeNetworks':
      return ` of ${op.release}`;
    case 'verify':
      return ` #${op.index + 1} ${op.title}`;
    default:
      return service;
  }
}

/** What a step is doing, for whoever looks. Times are milliseconds since 1970. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'skipped';
export interface StepProgress {
  state: StepState;
  startedAt?: number;
  endedAt?: number;
  failure?: Failure;
}

/** How carrying out a plan ends. */
export type Outcome =
  | { status: 'committed'; warnings: string[] }
  | { status: 'undone'; cancelled: boolean; failure: Failure; undone: string[] };
