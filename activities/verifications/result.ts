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

export interface Subject {
  ctx: OperationContext<Target>;
  driver: TargetDriver;
  environment: EnvironmentRecord;
  release: string;
  index: number;
  forMs?: number;
  /** Another release has a share of the traffic, so the instances are asked directly. */
  isShared?: boolean;
}
