import type { Service } from '../../model/service';
import type { Path } from '../../model/text/path';
import type { ComposeModel } from '../model';

/** The handling of one key. */
export interface Key {
  key: string;
  does: 'carried' | 'changed' | 'refused';
  /** For a changed key the change; for a refused one the reason and the alternative. */
  how?: string;
  /** A changed key that always causes a warning, because it has no effect or another one. */
  told?: true;
}

/**
 * The handling of every compose key on one kind of target, by part of the file. Nothing is
 * dropped silently: a key is *carried* as it is, *changed* in the way that is said, or *refused* with the reason and the way out.
 */
export interface Answers {
  file: Key[];
  service: Key[];
  build: Key[];
  deploy: Key[];
  limits: Key[];
  reservations: Key[];
  membership: Key[];
  network: Key[];
  volume: Key[];
  object: Key[];
  /** The drivers that a network may name, the usual one first. */
  networkDrivers: string[];
  /** In bytes, of a committed file that containers receive; a larger one belongs in the image. */
  largestFile: number;
  /** What no key tells of: values that the kind cannot have, and what people must know. */
  judge?(model: ComposeModel, services: Service[], notes: FindingSink): void;
}

export interface FindingSink {
  refuse(path: Path, message: string): void;
  tell(path: Path, message: string): void;
}

/** The parts of a compose file whose keys are answered. */
export type ComposeSection = Exclude<keyof Answers, 'networkDrivers' | 'largestFile' | 'judge'>;

export const carried = (...keys: string[]): Key[] => keys.map((key) => ({ key, does: 'carried' }));
export const changed = (key: string, how: string): Key => ({ key, does: 'changed', how });
export const told = (key: string, how: string): Key => ({ key, does: 'changed', how, told: true });
export const refused = (how: string, ...keys: string[]): Key[] => keys.map((key) => ({ key, does: 'refused', how }));
