import type { BuildSpec } from '../model/build';
import type { ApprovalPolicy } from '../model/decision';
import type { Commit, RegistryAccess, SecretSource, Source } from '../model/release';
import type { Network, Route, Service, Volume } from '../model/service';
import type { Strategy, Target, Verification } from './kinds';

export type { BuildSpec } from '../model/build';

/** What a manifest and its compose files become for one release: everything that a rollout or a rollback needs. */
export interface ReleaseRecord {
  format: 1;
  app: string;
  release: string;
  source: Source;
  commit: Commit;
  startedBy: string;
  /** ISO 8601. */
  createdAt: string;
  artifacts: Record<string, Artifact>;
  registry: RegistryAccess;
  /** In the order of promotion. */
  environments: EnvironmentRecord[];
}

/** An image, named by its digest, and how it came to be. */
export interface Artifact {
  /** `repository@sha256:…` */
  image: string;
  /** `built` here, found in the registry for this commit (`reused`), `given` by CI, or `resolved` from a tag. */
  origin: 'built' | 'reused' | 'given' | 'resolved';
}

/** The frozen configuration of one environment. Secrets in texts stand as `{{secret:NAME}}`. */
export interface EnvironmentRecord {
  name: string;
  /** The compose project whose volumes are used, and whose containers are taken over. */
  project: string;
  hosts: Target[];
  strategy: Strategy;
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
  verifications: Verification[];
  approval?: ApprovalPolicy;
  soakMs: number;
  /** How many earlier releases can be gone back to. */
  retention: number;
  /** What a step does that keeps failing for a reason that a person can mend. */
  onFailure: 'rollback' | 'ask';
  /** Who may roll back, cancel, freeze and resolve; empty: whoever reaches Temporal. */
  operators: string[];
  secrets: Record<string, SecretSource>;
  /** What the manifest says of this environment alone, to tell later why it differs from another: the services have it in them. */
  variables: Record<string, string>;
  compose: string[];
}

/** A draft of a release: everything but the digests. What is built has a `build`, what is not has an `image` with a tag. */
export interface Draft {
  app: string;
  source: Source;
  commit: Commit;
  registry: RegistryAccess;
  builds: BuildSpec[];
  /** service → reference as the compose file has it; `Service.image` is `''` until the record is stored. */
  images: Record<string, string>;
  environments: EnvironmentRecord[];
  warnings: string[];
}
