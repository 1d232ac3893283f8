/** What the tables of operations are made of. */

export interface TargetScope {
  target: string;
}
export interface ReleaseScope extends TargetScope {
  release: string;
}
export interface ServiceScope extends ReleaseScope {
  service: string;
}

/** A stage between two releases: both serve, and background services are still the old ones. */
export interface TrafficShare {
  percent: number;
  /** Service → how many of its instances have started by then; default: all. */
  instances?: Record<string, number>;
}
/** The release with the rest of the traffic, and how many of its instances remain; default: all. */
export interface StableSet {
  release: string;
  instances?: Record<string, number>;
}

/** The time limit and retries of an operation: `short` seconds, `long` minutes, `wait` its own duration. */
export type Work = 'short' | 'long' | 'wait';

export interface OperationTraits<Input> {
  words(input: Input): string;
  namesTarget?: true;
  work: Work | ((input: Input) => Work);
  /** A release is not complete unless this was done on at least one target. */
  needed?: true;
}
export type Table<Inputs> = { [Name in keyof Inputs]: OperationTraits<Inputs[Name]> };

export const named = (verb: string) => (input: object) =>
  `${verb}${'service' in input ? ` ${String(input.service)}` : ''}`;
