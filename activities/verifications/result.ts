import type { EnvironmentRecord } from '../../src/manifest/record';
import type { RolloutContext } from '../rollout/context';

/**
 * Is the release fit to go on? `failed`: it is not. `inconclusive`: the question could not be put, and asking again will
 * not help. `errored`: something else broke on the way, and another attempt may mend it.
 */
export type VerificationResult =
  | { outcome: 'passed' }
  | { outcome: 'failed'; expected: string; got: string; lastLines?: string[] }
  | { outcome: 'inconclusive'; why: string }
  | { outcome: 'errored'; why: string };

/** What is verified, and where. */
export interface Subject {
  ctx: RolloutContext;
  environment: EnvironmentRecord;
  release: string;
  /** The verification's place in the manifest. */
  index: number;
  /** Another release answers a part of the requests: then the instances are asked, not the routes. */
  isShared?: boolean;
}
