import type { ObservedProxy } from '../../model/observed';
import type { TargetKind } from '../../model/target';

/** What the driver of each kind knows besides what runs there; a kind that is not named needs nothing. */
export interface FactsOf extends Record<TargetKind, object> {
  docker: EngineFacts;
  swarm: EngineFacts;
  kubernetes: EngineFacts;
}

/** `accessorySpecs`: the hashes of specifications that accessories made now would have, by service. */
export interface EngineFacts {
  accessorySpecs: Record<string, string>;
  formerSpecs?: Record<string, string>;
  home: string;
  proxyHttp: string;
  proxyOthers?: string[];
  /** A proxy created now: where it listens, and what it can do. Only `http`, and everything, where this is missing. */
  proxy?: Pick<ObservedProxy, 'kind' | 'listens' | 'can'>;
  proxySpecs?: string[];
}
