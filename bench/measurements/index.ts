import type { Bench } from '../bench-stand';
import type { Table } from '../table';
import { measureRelease } from './release';
import { measureRollback } from './rollback';
import { measureTemporal } from './temporal';

/** What a measurement says: a chapter of the results. */
export interface Section {
  title: string;
  /** What was compared with what. */
  about: string;
  tables: Table[];
}

export type Measurement = (bench: Bench) => Promise<Section>;

/** Every measurement, in the order of the results. To add one: a file here, and a line. */
export const MEASUREMENTS = {
  release: measureRelease,
  rollback: measureRollback,
  temporal: measureTemporal,
} satisfies Record<string, Measurement>;
