import type { BuildSpec } from '../../model/container/build';
import type { ApprovalPolicy } from '../../model/approval/decision';
import type { Commit, RegistryAccess, SecretSource, Source } from '../../model/release';
import type { SignedStatement } from '../../model/approval/statement';
import type { Network, Route, Service, Volume } from '../../model/service';
import type { Strategy, Target, Verification } from '../kinds';

export type { BuildSpec } from '../../model/container/build';

export const RECORD_FORMAT = 2;

/** A manifest and its compose files frozen for one release: everything a rollout or rollback needs. */
export interface ReleaseRecord {
  format: typeof RECORD_FORMAT;
  app: string;
  release: string;
  source: Source;
  commit: Commit;
  startedBy: string;
  createdAt: string;
  artifacts: Record<string, Artifact>;
  registry: RegistryAccess;
  environments: EnvironmentRecord[];
  acceptsRepository?: true;
}

export interface Artifact {
  image: string;
  origin: 'built' | 'reused' | 'given' | 'resolved';
  volumes?: string[];
}

/** The frozen configuration of an environment. Secrets in texts are `{{secret:NAME}}`. */
export interface EnvironmentRecord {
  name: string;
  project: string;
  targets: Target[];
  strategy: Strategy;
  services: Service[];
  networks: Network[];
  volumes: Volume[];
  routes: Route[];
  verifications: Verification[];
  approval?: ApprovalPolicy;
  soakMs: number;
  retention: number;
  onFailure: 'rollback' | 'ask';
  operators: string[];
  secrets: Record<string, SecretSource>;
  variables: Record<string, string>;
  compose: string[];
  order?: 'newest';
}

/** A release without digests: a built service has a `build`, any other an `image` with a tag. */
export interface Draft {
  app: string;
  source: Source;
  commit: Commit;
  registry: RegistryAccess;
  builds: BuildSpec[];
  images: Record<string, string>;
  shared?: Record<string, string>;
  environments: EnvironmentRecord[];
  warnings: string[];
  acceptsRepository?: true;
  signed?: SignedStatement;
}
