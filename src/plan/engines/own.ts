import type { ObservedEngines, ObservedProxy } from '../../model/observed';
import type { Step } from '../../model/plan';
import type { Service } from '../../model/service';
import type { Target } from '../../model/target';
import type { PlanningInput } from '../planning';

/** What a kind that consists of Docker engines has of its own; everything else of its plans is in this folder. */
export interface Own {
  words: Words;
  /** What the services of a release need on a target, besides the proxy and the networks. */
  fetch(target: string, services: Service[], release: string): Step[];
  /** What is cleaned up on a target once the old instances are gone. */
  tidy(input: PlanningInput, target: string): Step[];
  leave(target: string): Step;
  /** Can an accessory that was made before windlass go on as it is? Otherwise a new one takes over its data. */
  adopts: boolean;
  /** Where the requests of a target come in. */
  proxies(target: Target, found: ObservedEngines): ProxyAt[];
}

/** How what runs there is spoken of, and what made it before windlass. */
export interface Words {
  /** What an instance or accessory is in. */
  thing: string;
  maker: string;
  /** What the maker calls all that it made. */
  project: string;
  /** Commands for people. */
  start(project: string): string;
  remove(project: string): string;
  stop(name: string): string;
}

/** The machine of a proxy, and the proxy that is there. */
export interface ProxyAt {
  at: string;
  had?: ObservedProxy;
}

export type EngineInput = PlanningInput & { own: Own };
