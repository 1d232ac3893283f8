import type { Retention, Spare } from './ledger/cleaning';
import type { ApprovalPolicy } from './approval/decision';
import type { ParityReport, ReleaseComparison } from './container/difference';
import type { Failure } from './failure';
import type { Connection, Target, TargetKind } from './target';
import type { LedgerReport, ToldEntry } from './ledger/ledger';
import type { HandOver } from './environment/hand-over';
import type { ObservedContainer } from './observed';
import type { Plan } from './plan';
import type { Problem } from './text/problem';
import type { Recovery } from './environment/rebuilt';
import type { RegistryAccess, ReleaseRequest } from './release';
import type { SecretHashes } from './container/secret';
import type { Signing } from './approval/statement';

/**
 * The read-only inspections: their input and findings. The worker has the credentials, so it inspects; the
 * workflow answers each kind, and commands start it.
 */
export interface Inspections {
  observe: { asks: { app: string; environment: string }; finds: Inspection };
  plan: { asks: { app: string; environment: string; release: string; registry?: RegistryAccess }; finds: Planned };
  manifests: {
    asks: { app: string; environment: string; release: string; registry?: RegistryAccess };
    finds: Manifests;
  };
  eject: { asks: { app: string; environment: string; startComposed?: boolean }; finds: Planned };
  ledger: {
    asks: { app: string; environment?: string; limit: number; registry?: RegistryAccess };
    finds: ToldEntry[];
  };
  /** Of the current release, or of the one that is named, whatever became of it. */
  logs: {
    asks: { app: string; environment: string; service?: string; release?: string; registry?: RegistryAccess };
    finds: Log[];
  };
  /** Is the ledger what was written? Of these environments what they and their hosts remember of it is looked at too. */
  verify: {
    asks: { app: string; environments: string[]; registry?: RegistryAccess };
    finds: LedgerReport & { unreached: string[] };
  };
  /** What the environments of an application are, by registry and hosts, where Temporal does not know them any more. */
  recover: { asks: { app: string; registry?: RegistryAccess }; finds: Recovery };
  clean: { asks: { app: string; registry?: RegistryAccess } & Retention; finds: Spare };
  diff: {
    asks: { app: string; environment: string; before?: string; after: string; registry?: RegistryAccess };
    finds: ReleaseComparison;
  };
  parity: { asks: { app: string; environment: string; other: string }; finds: ParityReport };
  check: { asks: { request: ReleaseRequest }; finds: CheckReport };
  bootstrap: { asks: { request: ReleaseRequest; environment: string; host?: string }; finds: BootstrapStep[] };
  addresses: { asks: { app: string; environments: string[] }; finds: { environment: string; urls: string[] }[] };
  trust: { asks: { app: string; host: Connection }; finds: ShownKey };
  /** Whether decisions must be signed, and who can. */
  signing: { asks: { app: string; environment?: string }; finds: { signing?: Signing } };
}
export type InspectionKind = keyof Inspections;
export type InspectionInput<K extends InspectionKind = InspectionKind> = { kind: K } & Inspections[K]['asks'];

export interface Log {
  host: string;
  container: string;
  text: string;
}

/**
 * A plan with its hash, or why there is none. `counter` is the newest fencing token on any proxy, `secrets` the
 * hashes that detect later changes, `operators` the people who answer during the rollout, `next` those after
 * its commit.
 */
export type Planned<P = Plan> =
  | {
      plan: P;
      hash: string;
      counter: number;
      secrets: SecretHashes;
      operators: string[];
      next: string[];
      besides?: string[];
      /** The gates the release must pass: its own and the current release's. */
      gates?: ApprovalPolicy[];
      signing?: Signing;
      unproved?: Unproved;
      /** Of a plan to leave. */
      handOver?: HandOver;
    }
  | { refused: Failure };

/** What is applied for a release, the text of all its targets. */
export type Manifests = { text: string } | { refused: Failure };

/** What a rollout does not show that it must show, in a sentence; and whether approvers can be asked for it. */
export interface Unproved {
  lacks: string;
  canBeAsked?: true;
}

export interface Inspection {
  app: string;
  environment: string;
  /** Of its targets. */
  kind?: TargetKind;
  services: {
    host: string;
    /** The machine of a target that has several. */
    node?: string;
    service: string;
    container: string;
    release: string;
    image: string;
    state: string;
    health: string;
    restarts: number;
    startedAt?: string;
    ledger?: string;
    role?: ObservedContainer['role'];
  }[];
  routes: { host: string; release?: string }[];
  drift: string[];
  unreached: { host: string; why: string }[];
  /** Why the ledger could not be read, if so: whether it was changed is not known then. */
  unread?: string;
}

export interface CheckReport {
  problems: Problem[];
  warnings: string[];
  hosts: HostCheck[];
}

export interface BootstrapStep {
  host: Target;
  does: 'none' | 'start' | 'replace';
  what: string;
  /** What its owner is to apply there, where windlass cannot: YAML. */
  manifest?: string;
}

/** A host's key, and why it is not trusted, if so. */
export interface ShownKey {
  name: string;
  type: string;
  fingerprint: string;
  line: string;
  refused?: string;
}

export type HostQuestion =
  | 'reached'
  | 'engine'
  | 'nodes'
  | 'disk'
  | 'clock'
  | 'registry'
  | 'ports'
  | 'paths'
  | 'volumes'
  | 'proxy'
  | 'rights'
  | 'quota';
export interface HostCheck {
  environment: string;
  host: string;
  kind?: TargetKind;
  ok: boolean;
  /** Of its engine, where it is one: `linux/amd64`. */
  platform?: string;
  found: Partial<Record<HostQuestion, HostFinding>>;
  composed: string[];
}
export interface HostFinding {
  ok: boolean;
  /** A few words if all is well, otherwise what to do. */
  what: string;
}
