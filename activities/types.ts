import type { EnvironmentComparison, ReleaseComparison } from '../src/model/difference';
import type { EnvironmentState } from '../src/model/environment';
import type { Failure } from '../src/model/failure';
import type { Connection, Target } from '../src/model/host';
import type { LedgerEntry } from '../src/model/ledger';
import type { OperationInputs, Plan } from '../src/model/plan';
import type { RecordRef, RegistryAccess, ReleaseRequest } from '../src/model/release';
import type { RolloutRequest } from '../src/model/environment';
import type { SecretHashes } from '../src/model/secret';
import type { PackedPlan } from '../src/plan/pack';
import type { Problem } from '../src/model/problem';
import type { Artifact, BuildSpec, Draft, EnvironmentRecord } from '../src/manifest/record';

/** What workflows hold of a manifest; they know it by what the activities hand them. */
export type { Artifact, Draft, EnvironmentRecord };

/** The activities, as workflows see them: plain data in, plain data out. */
export interface Activities extends RolloutActivities {
  /** Fetches the commit and reads manifest and compose files from it. Bad input fails permanently with all problems. */
  readSource(request: ReleaseRequest): Promise<Draft>;
  /** Builds the image of a service unless the registry has it for this commit. */
  buildImage(input: BuildInput): Promise<BuildResult>;
  /** Pushes what was built; the digest that the registry has. */
  pushImage(input: BuildInput & { imageId: string }): Promise<Artifact>;
  /** Pins an image that is not built (`origin: resolved`), or checks one that CI gave (`given`). */
  resolveImage(input: {
    registry: RegistryAccess;
    service: string;
    reference: string;
    origin: 'given' | 'resolved';
  }): Promise<Artifact>;
  /** Stores the release record; what the workflow needs to go on. */
  storeRelease(input: StoreInput): Promise<StoredRelease>;

  /** Observes and plans; changes nothing. */
  planRollout(input: PlanInput): Promise<Planned<PackedPlan> | Unreached>;
  readEnvironment(input: { app: string; environment: string }): Promise<EnvironmentState | undefined>;
  /** Hands a request to the environment's single writer, starting it if it is the first. */
  requestRollout(input: { app: string; environment: string; request: RolloutRequest }): Promise<void>;
  /** Appends to the ledger; the same id twice is one entry. */
  appendLedger(input: { registry: RegistryAccess; entry: LedgerEntry }): Promise<void>;

  /** Fails permanently when the record lists operators of the environment and this person is not among them. */
  checkOperator(input: { record: RecordRef; environment: string; by: string }): Promise<void>;

  // inspections
  /** The record of a release, by its tag; fails permanently when there is none. */
  findRelease(input: { registry?: RegistryAccess; app: string; release: string }): Promise<RecordRef>;
  readLedger(input: {
    registry?: RegistryAccess;
    app: string;
    environment?: string;
    limit: number;
  }): Promise<LedgerEntry[]>;
  readLogs(input: {
    record: RecordRef;
    environment: string;
    service: string;
  }): Promise<{ host: string; container: string; text: string }[]>;
  /** What runs, against what is recorded. */
  inspectEnvironment(input: {
    app: string;
    environment: string;
    record?: RecordRef;
    excluded?: string[];
  }): Promise<Inspection>;
  /** What a release has otherwise than another one, or than nothing; `ran` as for `planRollout`. */
  compareReleases(input: {
    app: string;
    environment: string;
    before?: RecordRef;
    after: RecordRef;
    ran: Record<string, SecretHashes>;
  }): Promise<ReleaseComparison>;
  /** How two environments differ as they are recorded, and what of it the manifest declares. */
  compareEnvironments(input: {
    first: { environment: string; record: RecordRef };
    second: { environment: string; record: RecordRef };
  }): Promise<EnvironmentComparison>;
  /** The key that a host shows to the worker, which does not log in. */
  readHostKey(input: { host: Connection }): Promise<ShownKey>;
  /** What a bootstrap would do to the proxies of an environment's hosts, and what that costs. */
  planBootstrap(input: BootstrapInput): Promise<BootstrapStep[]>;
  /** The proxy of the host runs as this worker would make it now; one that was made otherwise is replaced. */
  bootstrapHost(input: { host: Target }): Promise<{ done: string }>;
  /** Everything that can be said of a commit without releasing it: problems, warnings, hosts that answer. */
  checkSource(request: ReleaseRequest): Promise<CheckReport>;
}

/** One activity for each operation of a plan; the activity type is the operation's name. */
export type RolloutActivities = { [Name in keyof OperationInputs]: (input: OperationInput<Name>) => Promise<void> };
export type OperationInput<Name extends keyof OperationInputs> = OperationInputs[Name] & { scope: RolloutScope };

/** What every operation of a rollout is told besides its own input. */
export interface RolloutScope {
  app: string;
  environment: string;
  /** The environment's counter: what is older must not move routes. */
  counter: number;
  /** The records of the releases that take part: the one wanted, and the one gone from. */
  records: Record<string, RecordRef>;
}

export interface BuildInput {
  app: string;
  release: string;
  source: ReleaseRequest['source'];
  createdAt: string;
  registry: RegistryAccess;
  build: BuildSpec;
  /** This very commit is to be built anew, whatever the registry has. */
  fresh?: boolean;
}
/** Either there already, or on the builder and to be pushed. */
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
  /** What the environment is recorded to be on. */
  current?: RecordRef;
  /** What a terminated rollout was taking it to. */
  left?: RecordRef;
  /** On leaving windlass, what docker compose ran before is started again. */
  startComposed?: boolean;
  /** The releases that the environment may go back to: their images are kept. */
  keep: RecordRef[];
  /** By release: the hashes of the secrets that it ran with. */
  ran: Record<string, SecretHashes>;
  /** Hosts that operators left out: they need not answer. */
  excluded?: string[];
  /** A host that does not answer is told, for whoever plans can ask about it; without this it is a failure. */
  asks?: boolean;
}
/** A host that does not answer: nothing can be planned with it, and only people know whether it comes back. */
export interface Unreached {
  unreached: Failure;
  host: string;
  /** Everything that is to run there runs elsewhere too. */
  canDoWithout: boolean;
  /** Whose answers count. */
  operators: string[];
}
/**
 * A plan and its hash, or why there is none. `counter` is the newest rollout that any proxy knows, `secrets` what tells
 * later whether their values are still those of now, `operators` are those whose answers count during it, and `next` those who
 * decide once it is committed.
 */
export type Planned<P = Plan> =
  | { plan: P; hash: string; counter: number; secrets: SecretHashes; operators: string[]; next: string[] }
  | { refused: Failure };

export interface Inspection {
  app: string;
  environment: string;
  services: {
    host: string;
    service: string;
    container: string;
    release: string;
    image: string;
    state: string;
    health: string;
    /** How often the engine has restarted it; it runs since `startedAt`. */
    restarts: number;
    startedAt?: string;
  }[];
  routes: { host: string; release?: string }[];
  /** What differs from the record, a sentence each. */
  drift: string[];
  /** Hosts that did not answer: of them nothing is known. Excluded ones are told in `drift`. */
  unreached: { host: string; why: string }[];
}

export interface CheckReport {
  problems: Problem[];
  warnings: string[];
  hosts: HostCheck[];
}

export interface BootstrapInput {
  request: ReleaseRequest;
  environment: string;
  /** Only this one. */
  host?: string;
}
export interface BootstrapStep {
  host: Target;
  /** `none`: it runs as it should. */
  does: 'none' | 'start' | 'replace';
  /** What there is and what will be, and what users notice. */
  what: string;
}

/** The key of a host, and why it is not trusted now, if it is not. */
export interface ShownKey {
  /** `deploy@10.0.0.1:22` */
  name: string;
  type: string;
  fingerprint: string;
  /** For known_hosts. */
  line: string;
  refused?: string;
}

/** What is looked at on a host. */
export type HostQuestion = 'reached' | 'engine' | 'disk' | 'clock' | 'registry' | 'ports' | 'paths' | 'proxy';
export interface HostCheck {
  environment: string;
  host: string;
  /** All is well. */
  ok: boolean;
  /** Only what could be looked at. */
  found: Partial<Record<HostQuestion, HostFinding>>;
  /** What docker compose runs there, and what a release makes of it, a sentence each. */
  composed: string[];
}
export interface HostFinding {
  ok: boolean;
  /** A few words when all is well, else what to do. */
  what: string;
}
