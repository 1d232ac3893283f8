import type { TrafficShare } from '../../model/operations/operation';

export interface InstanceSet {
  target: string;
  service: string;
  release: string;
  count: number;
}

export interface StopOptions {
  isMeant?: (set: InstanceSet) => boolean;
  /** How many run by then, and how many go on running; all that run and none where it is missing. */
  counts?: (set: InstanceSet) => { from: number; left: number };
  drain?: true;
}

export interface SoakOptions {
  targets?: string[];
  forMs?: number;
  shareOn?: (target: string) => TrafficShare;
}
