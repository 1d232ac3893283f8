import type { TargetKind } from '../model/target';
import type { SecretSource } from '../model/release';
import type { RouteOverride } from '../model/service';
import type { ComposeService } from './model';
import type { ProjectFiles } from './files/project';

export interface ComposeOverrides {
  services: Record<string, ServiceOverrides>;
  routes: RouteOverride[];
  secrets: string[];
  sources: Record<string, SecretSource>;
  variables: Record<string, string>;
  projects?: string[];
  /** The project's folder in its repository, unless it is the root. */
  folder?: string;
  project: ProjectFiles;
  folders: Record<string, string>;
  given: string[];
  /** Does the worker have the buildx client? Undefined when unknown. */
  buildx?: boolean;
  declared?: Record<string, string[]>;
  /** Services of inactive profiles: nothing is released of them, but others may use what they build. */
  inactive?: Record<string, ComposeService>;
  notSecret: string[];
  needsApproval: boolean;
  target: TargetKind;
  sideBySide: boolean;
}

export interface ServiceOverrides {
  background: boolean;
  /** Undefined: inferred from the compose file. */
  accessory?: boolean;
  irreversible?: true;
  before: { command: string[]; undo?: string[]; irreversible?: boolean }[];
  healthyWithin: number;
  drain: number;
  replicas?: number;
  publish: boolean;
  completes?: { undo?: string[]; irreversible?: true };
  volumes: Record<string, 'shared' | 'exclusive'>;
}

const NOTHING_SAID: ServiceOverrides = {
  background: false,
  before: [],
  healthyWithin: 60_000,
  drain: 10_000,
  publish: true,
  volumes: {},
};

export const overridesFor = (overrides: ComposeOverrides, service: string): ServiceOverrides =>
  overrides.services[service] ?? NOTHING_SAID;
