import type { BootstrapStep, HostCheck, Inspection, Log } from '../../src/model/inspection';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { HandOver } from '../../src/model/environment/hand-over';
import type { EnvironmentRef } from '../../src/model/names';
import type { ObservedOf } from '../../src/model/observed';
import type { OperationsOf } from '../../src/model/plan';
import type { RecordRef, RegistryAccess } from '../../src/model/release';
import type { Route } from '../../src/model/service';
import type { Target, TargetKind, TargetOf } from '../../src/model/target';
import type { FactsOf } from '../../src/plan/targets/facts';
import type { OperationContext } from '../rollout/context';

export type { Log };
export type Running = Omit<Inspection['services'][number], 'host'>;

/** The operations that shared code uses on every kind of target. */
type SharedOperation = 'verify';
export type OperationOf<Kind extends TargetKind> = Exclude<keyof OperationsOf[Kind], SharedOperation>;
export type Operations<T extends Target> = {
  [Name in OperationOf<T['kind']>]: (ctx: OperationContext<T>, input: OperationsOf[T['kind']][Name]) => Promise<void>;
};

/**
 * Everything windlass does with one kind of target. `activities/targets/index.ts` registers a driver for each
 * kind; `test/targets/contract.ts` tests what they have in common.
 */
export interface TargetDriver<T extends Target = Target> {
  /** Observes an environment there. Fails when the target does not answer. */
  /** `models` are the releases in question: the result says who writes to their data. */
  observe(
    target: T,
    place: EnvironmentRef,
    project: string,
    models: EnvironmentRecord[],
  ): Promise<ObservedOf[T['kind']]>;
  /** What planning needs to know of this kind, besides what runs. */
  facts(place: EnvironmentRef, environment: EnvironmentRecord | undefined): FactsOf[T['kind']];
  /** Each looks first and acts only on the difference, so retries converge. */
  operations: Operations<T>;
  /**
   * Sends a request to a routed service. Undefined: no answer in time. `unreachable`: no connection from the
   * worker.
   */
  ask(ctx: OperationContext<T>, request: HttpRequest): Promise<HttpAnswer | 'unreachable' | undefined>;
  /** Runs a command in the service's image and networks. No exit code means that it did not end in time. */
  runOnce(ctx: OperationContext<T>, command: CommandRun): Promise<{ exitCode?: number; lastLines: string[] }>;
  /** The end of the output of a service's instances, with secrets redacted. */
  logs(target: T, subject: LogSubject): Promise<Log[]>;
  /** How it differs from the recorded release, a sentence each. */
  drift(target: T, subject: DriftSubject<T>): string[];
  /** What runs, for people. */
  describeRunning(observed: ObservedOf[T['kind']]): Running[];
  /** Who answers at the release's addresses there instead of the release, a sentence each. */
  answers(target: T, place: EnvironmentRef, release: string, environment: EnvironmentRecord): Promise<string[]>;
  /** What is applied for a release, as text for people and their tools, without a secret's value; of a kind that applies such. */
  manifests?(ctx: OperationContext<T>, release: string): Promise<string>;
  /** How people go on with what the release ran, once windlass has left; `started` again is what was there before. */
  handOver(
    ctx: OperationContext<T>,
    release: string,
    environment: EnvironmentRecord,
    started: boolean,
  ): Promise<HandOver>;
  /** Checks everything a release needs there, and changes nothing. */
  check(subject: CheckSubject<T>): Promise<HostCheck>;
  /** What `bootstrap` would do, and its effect on users. */
  planBootstrap(target: T): Promise<BootstrapStep>;
  /** Makes the proxy run as this worker would create it now. */
  bootstrap(target: T): Promise<{ done: string }>;
}

export type Drivers = { [Kind in TargetKind]: TargetDriver<TargetOf<Kind>> };

export const driverOf = <T extends Target>(drivers: Drivers, target: T): TargetDriver<T> =>
  drivers[target.kind] as unknown as TargetDriver<T>;

export interface HttpRequest {
  release: string;
  route: Route;
  path: string;
  method: 'GET' | 'HEAD';
  /** From inside the target, or over the network as users do. */
  from: 'host' | 'worker';
  /** Another release has a share of the traffic: ask this one's instance directly. */
  isShared?: boolean;
  timeoutMs: number;
}

export interface HttpAnswer {
  status: number;
  /** Header names are lowercase. */
  headers: Record<string, string>;
  body: string;
  tookMs: number;
}

export interface CommandRun {
  environment: EnvironmentRecord;
  release: string;
  service: string;
  command: string[];
  /** Distinguishes the service's commands: `verify-1`. */
  name: string;
  withinMs: number;
}

export interface DriftSubject<T extends Target = Target> {
  place: EnvironmentRef;
  release: string;
  record: EnvironmentRecord;
  known: string[];
  observed: ObservedOf[T['kind']];
}

export interface LogSubject {
  place: EnvironmentRef;
  record: RecordRef;
  environment: EnvironmentRecord;
  service: string;
}

export interface CheckSubject<T extends Target = Target> {
  app: string;
  environment: EnvironmentRecord;
  host: T;
  registry: RegistryAccess;
  /** All environments of the manifest; if unknown, others are not reported. */
  environments?: string[];
}
