import type { TestHost } from '../../parts/host/hosts';
import type { StrategyKind } from '../../src/model/strategy';

/** Room for one application on a target, where an installation of its own releases it. */
export interface Room {
  /** The key of an environment in the manifest: `hosts: [local]`. */
  written: string;
  /** Where requests come in, at this port of the proxies that windlass makes. */
  addresses(port: number): string[];
  /** The worker's own and the commands'. */
  variables: Record<string, string>;
  /** `DOCKER_HOST`s that are cleaned up afterwards. */
  engines: string[];
  /** `RELEASE STATE` of every instance, as the target itself says, not windlass. */
  instances(installation: string, app: string): Promise<string[]>;
}

/** Something that is released to, in the laboratory: hosts, a swarm, a cluster. */
export interface LabTarget {
  /** What is reached over SSH, and can be cut off. */
  hosts: TestHost[];
  /** `strategy`: by which the application is released. */
  roomFor(app: string, strategy: StrategyKind): Promise<Room>;
  stop(): Promise<void>;
}
