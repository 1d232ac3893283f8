import type { RegistryAccess } from '../../src/model/release';
import type { Temporal } from '../client';
import type { Project } from '../project';
import { readEnvironment } from './environment';

/**
 * The registry of an application's ledger: the manifest's, else that of its records. Undefined
 * means the worker's setting.
 */
export async function findRegistry(
  temporal: Temporal,
  { app, environments = [], registry }: Project,
): Promise<RegistryAccess | undefined> {
  if (registry) return registry;
  for (const environment of environments) {
    const state = await readEnvironment(temporal, app, environment);
    if (state?.current) return state.current.record.registry;
  }
  return undefined;
}
