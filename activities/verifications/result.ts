import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { Target } from '../../src/model/target';
import type { OperationContext } from '../rollout/context';
import type { TargetDriver } from '../targets/driver';

/**
 * Is the release fit to go on? `failed`: no. `inconclusive`: the question could not be asked, and a
 * retry will not help. `errored`: something else broke, and a retry may help.
 */
export type VerificationResult =
  | { outcome: 'passed' }
  | { outcome: 'failed'; expected: string; got: string; lastLines?: string[] }
  | { outcome: 'inconclusive'; why: string }
  | { outcome: 'errored'; why: string };

/** What a verification is asked about, and by what: `driver` reaches its target, `ctx` knows secrets and the time left. */
export interface Subject {
  ctx: OperationContext<Target>;
  driver: TargetDriver;
  environment: EnvironmentRecord;
  release: string;
  /** Its place in the environment's list, for names of its own. */
  index: number;
  /** The soak's length, for one that judges over the whole soak. */
  forMs?: number;
  /** Another release has a share of the traffic, so the instances are asked directly. */
  isShared?: boolean;
}
