import type { Retention, Spare } from '../src/model/ledger/cleaning';
import type { EnvironmentComparison, ReleaseComparison } from '../src/model/container/difference';
import type { EnvironmentState } from '../src/model/environment/environment';
import type { Failure } from '../src/model/failure';
import type { Connection, Target } from '../src/model/target';
import type { LedgerEntry, LedgerReport, ToldEntry } from '../src/model/ledger/ledger';
import type { KnownHead } from '../src/model/ledger/chain';
import type { OperationInputs } from '../src/model/plan';
import type { RecordRef, RegistryAccess, ReleaseRequest, SecretSource } from '../src/model/release';
import type { RolloutRequest } from '../src/model/environment/environment';
import type { SecretHashes } from '../src/model/container/secret';
import type { Signature, SignedStatement, Signing, Statement } from '../src/model/approval/statement';
import type { PackedPlan } from '../src/plan/pack';
import type {
  BootstrapStep,
  CheckReport,
  Inspection,
  Log,
  Manifests,
  Planned,
  ShownKey,
} from '../src/model/inspection';
import type { Artifact, BuildSpec, Draft } from '../src/manifest/record/record';

/** The activities as workflows see them: plain data in, plain data out. */
export interface Activities extends RolloutActivities {
  /** Fetches a commit and reads manifest and compose files. Bad input fails permanently with all problems. */
  readSource(request: ReleaseRequest): Promise<Draft>;
  /** Builds a service's image unless the registry has it for this commit. */
  buildImage(input: BuildInput): Promise<BuildResult>;
  pushImage(input: BuildInput & { imageId: string }): Promise<Artifact>;
  resolveImage(input: {
    registry: RegistryAccess;
    service: string;
    reference: string;
    origin: 'given' | 'resolved';
  }): Promise<Artifact>;
  storeRelease(input: StoreInput): Promise<StoredRelease>;

  planRollout(input: PlanInput): Promise<Planned<PackedPlan> | Unreached>;
  /** What is applied for a release on each of its targets. A kind of target that applies no manifests is a refusal. */
  describeManifests(input: { app: string; environment: string; record: RecordRef }): Promise<Manifests>;
  readEnvironment(input: { app: string; environment: string }): Promise<EnvironmentState | undefined>;
  /** Starts the single writer of an environment unknown to Temporal. Fails permanently when there is one. */
  startEnvironment(input: { state: EnvironmentState }): Promise<void>;
  requestRollout(input: { app: string; environment: string; request: RolloutRequest }): Promise<void>;
  /** Appends to the ledger; a repeated id counts once. Returns the head, from which it can be verified. */
  appendLedger(input: { registry: RegistryAccess; entry: LedgerEntry }): Promise<string>;

  /**
   * What the policy wants signed fails permanently when it is not, or not by the person that it names; `environment` is empty for what
   * is about a release in all of them. The statement with its signature where one is wanted.
   */
  checkStatement(input: {
    statement: Omit<Statement, 'installation'>;
    signed?: Signature;
  }): Promise<{ signed?: SignedStatement }>;
  readSigning(input: { app: string; environment?: string }): Promise<{ signing?: Signing }>;

  /** Fails permanently when the record lists operators of the environment and this person is not among them, and as `checkStatement`. */
  checkOperator(input: {
    record: RecordRef;
    environment: string;
    by: string;
    statement: Omit<Statement, 'installation'>;
    signed?: Signature;
  }): Promise<{ signed?: SignedStatement }>;

  /** A release's record by its tag; fails permanently without one. */
  findRelease(input: { registry?: RegistryAccess; app: string; release: string }): Promise<RecordRef>;
  readLedger(input: {
    registry?: RegistryAccess;
    app: string;
    environment?: string;
    limit: number;
  }): Promise<ToldEntry[]>;
  /** Without a service: of all that are released. With `kept`, the logs of removed containers too. */
  readLogs(input: { record: RecordRef; environment: string; service?: string; kept?: true }): Promise<Log[]>;
  /** Where the chain of the ledger breaks; `heads` are what others remember of it. */
  verifyLedger(input: {
    registry?: RegistryAccess;
    app: string;
    heads: KnownHead[];
    /** Only so many of the newest entries, unless something is wrong with them. */
    newest?: number;
  }): Promise<LedgerReport>;
  rebuildEnvironments(input: { registry?: RegistryAccess; app: string }): Promise<EnvironmentState[]>;
  planCleaning(input: CleaningInput): Promise<Spare>;
  /** Removes it; what went. `id` is of the entry in the ledger that says so. */
  cleanRegistry(input: AskedCleaning & { at: string; id: string }): Promise<Spare>;
  /**
   * The addresses of a release's routes for a browser, with the ports of this installation's
   * proxies.
   */
  readAddresses(input: { record: RecordRef; environment: string }): Promise<string[]>;
  inspectEnvironment(input: {
    app: string;
    environment: string;
    record?: RecordRef;
    excluded?: string[];
  }): Promise<Inspection>;
  compareReleases(input: {
    app: string;
    environment: string;
    before?: RecordRef;
    after: RecordRef;
    ran: Record<string, SecretHashes>;
  }): Promise<ReleaseComparison>;
  compareEnvironments(input: {
    first: { environment: string; record: RecordRef };
    second: { environment: string; record: RecordRef };
  }): Promise<EnvironmentComparison>;
  readHostKey(input: { host: Connection }): Promise<ShownKey>;
  planBootstrap(input: BootstrapInput): Promise<BootstrapStep[]>;
  /** `asked` is what a person wants on all hosts. Fails permanently when it must be signed and is not. */
  bootstrapHost(input: { host: Target; asked?: AskedBootstrap }): Promise<{ done: string }>;
  checkSource(request: ReleaseRequest): Promise<CheckReport>;
}

export interface CleaningInput extends Retention {
  registry?: RegistryAccess;
  app: string;
}

export interface AskedCleaning extends CleaningInput {
  by: string;
  signed?: Signature;
}

export interface AskedBootstrap {
  app: string;
  environment: string;
  steps: BootstrapStep[];
  by: string;
  signed?: Signature;
}

/** One activity per operation of a plan; the activity type is the operation's name. */
export type RolloutActivities = { [Name in keyof OperationInputs]: (input: OperationInput<Name>) => Promise<void> };
export type OperationInput<Name extends keyof OperationInputs> = OperationInputs[Name] & { scope: RolloutScope };

export interface RolloutScope {
  app: string;
  environment: string;
  /** The environment's fencing token: an older one must not move routes. */
  counter: number;
  records: Record<string, RecordRef>;
  ledger?: string;
}

export interface BuildInput {
  app: string;
  release: string;
  source: ReleaseRequest['source'];
  createdAt: string;
  registry: RegistryAccess;
  build: BuildSpec;
  fresh?: boolean;
  /** The secrets of all environments: a build may print what it should not know. */
  secrets?: Record<string, SecretSource>[];
}
export type BuildResult = { artifact: Artifact } | { imageId: string };

export interface StoreInput {
  draft: Draft;
  release: string;
  artifacts: Record<string, Artifact>;
  startedBy: string;
  createdAt: string;
}
export interface StoredRelease {
  record: RecordRef;
}

export interface PlanInput {
  app: string;
  environment: string;
  kind: RolloutRequest['kind'];
  /** Undefined: to nothing. */
  record?: RecordRef;
  current?: RecordRef;
  left?: RecordRef;
  startComposed?: boolean;
  acceptEmpty?: string[];
  forget?: string;
  keep: RecordRef[];
  ran: Record<string, SecretHashes>;
  excluded?: string[];
  asks?: boolean;
  proof?: Proof;
}
export interface Proof {
  statements: SignedStatement[];
  run: string;
}
/** A host that does not answer: nothing can be planned with it, and only people know whether it will be back. */
export interface Unreached {
  unreached: Failure;
  host: string;
  canDoWithout: boolean;
  operators: string[];
}
export interface BootstrapInput {
  request: ReleaseRequest;
  environment: string;
  host?: string;
}
