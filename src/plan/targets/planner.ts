import type { EnvironmentRecord } from '../../manifest/record/record';
import type { Phase, Step } from '../../model/plan';
import type { PlanningInput } from '../planning';
import type { StopOptions } from './parts';

/**
 * The parts of a plan for one kind of target. A strategy orders the parts; a planner decides their steps. Pure.
 * All targets of an environment have one kind.
 */
export interface TargetPlanner {
  /** Throws `Refused` for what cannot be planned. */
  refuse(input: PlanningInput, after: EnvironmentRecord | undefined): void;
  /** What must still hold when the plan is carried out, a line each; a difference makes another plan. */
  describeObserved(input: PlanningInput): string[];
  /** What an approver must know, a sentence each. */
  warnings(input: PlanningInput, after: EnvironmentRecord): string[];
  /** What runs there without belonging to the manifest, a sentence each. */
  describeLeftovers(input: PlanningInput, after: EnvironmentRecord, phases: Phase[]): string[];

  /** Prepares everything a start needs. Nothing that serves changes. */
  prepare(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][];
  /** `before` commands, one at a time. */
  runBefore(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][];
  /** New instances, layer by layer, each healthy before the next. */
  startReleased(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][];
  startBackground(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][];
  /** Stops other releases' background instances. */
  stopBackground(input: PlanningInput, release: string | undefined): Step[][];
  /** Instances that are not of the release stop. */
  stopOld(input: PlanningInput, release: string | undefined, options?: StopOptions): Step[][];
  switchAll(input: PlanningInput, after: EnvironmentRecord, release: string): Step[];
  /** After the commit, removes everything of other releases. */
  retire(input: PlanningInput, after: EnvironmentRecord, release: string): Step[][];

  /** Adds to a strategy's phases what this kind needs: taking over, one writer at a time. */
  complete(input: PlanningInput, after: EnvironmentRecord, phases: Phase[]): { phases: Phase[]; warnings: string[] };
  /** The undo of a terminated first release. */
  planToNothing(input: PlanningInput): Phase[];
  /** Removes everything of windlass from the environment. */
  planEject(input: PlanningInput): { phases: Phase[]; warnings: string[] };
  /** Removes the container of an accessory that no release contains any more. */
  planForget(input: PlanningInput, after: EnvironmentRecord, service: string): Phase[];
}
