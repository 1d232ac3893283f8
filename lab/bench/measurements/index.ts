import type { Bench } from '../beds/bench';
import type { Table } from '../../table';
import { measureEight } from './eight';
import { measureEngineCall } from './engine-call';
import { measureHistory } from './history';
import { measureHosts } from './hosts';
import { measureMany } from './many';
import { measureOne } from './one';
import { measureOutage } from './outage';
import { measurePrepare } from './prepare';
import { measureProgram } from './program';
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
  program: measureProgram,
  one: measureOne,
  eight: measureEight,
  outage: measureOutage,
  release: measureRelease,
  rollback: measureRollback,
  temporal: measureTemporal,
  hosts: measureHosts,
  prepare: measurePrepare,
  'engine-call': measureEngineCall,
  many: measureMany,
  history: measureHistory,
} satisfies Record<string, Measurement>;
