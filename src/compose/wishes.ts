import type { SecretSource } from '../model/release';
import type { ProjectFiles } from './project';

/** What the manifest adds to the compose files of one environment. */
export interface Wishes {
  services: Record<string, ServiceWishes>;
  routes: RouteWish[];
  /** The secrets that the environment declares. */
  secrets: string[];
  /** Where the worker reads each of them. */
  sources: Record<string, SecretSource>;
  /** What the environment says besides secrets. */
  variables: Record<string, string>;
  /** What the files of the project are that the compose files name. */
  project: ProjectFiles;
  /** Services whose image is there already, so that nothing is built for them. */
  given: string[];
  /** Has the worker the buildx client? Undefined where that is not known. */
  buildx?: boolean;
  /** Settings that look like a secret and are none. */
  notSecret: string[];
  /** Old and new instances stand beside each other for a while: so it is unless the strategy is `recreate`. */
  sideBySide: boolean;
}

export interface ServiceWishes {
  background: boolean;
  /** Undefined: as the compose file suggests. */
  accessory?: boolean;
  /** Of an accessory: a change of it cannot be undone. */
  irreversible?: true;
  before: { command: string[]; undo?: string[]; irreversible?: boolean }[];
  /** Milliseconds, as `drain`. */
  healthyWithin: number;
  drain: number;
  replicas?: number;
  publish: boolean;
  /** Of a service that others wait for until it has completed. */
  completes?: { undo?: string[]; irreversible?: true };
  /** Volume → whether two instances may have it at the same time. */
  volumes: Record<string, 'shared' | 'exclusive'>;
}

export interface RouteWish {
  service: string;
  host: string;
  path: string;
  port?: number;
  https?: true;
}

/** What holds for a service of which the manifest says nothing; the manifest's own defaults. */
const NOTHING_SAID: ServiceWishes = {
  background: false,
  before: [],
  healthyWithin: 60_000,
  drain: 10_000,
  publish: true,
  volumes: {},
};

export const wishesFor = (wishes: Wishes, service: string): ServiceWishes => wishes.services[service] ?? NOTHING_SAID;
