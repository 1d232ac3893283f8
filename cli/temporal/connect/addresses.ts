import { setTimeout as sleep } from 'node:timers/promises';
import type { StageProgress } from '../../../src/model/environment/progress';
import type { Temporal } from '../../client';
import { inspect } from '../inspection';

/** Short, because addresses are only an addition to the answer. */
const PATIENCE_MS = 3_000;

/** A line per address of what these environments run; empty when nobody can tell, which is no failure. */
export async function readAddresses(temporal: Temporal, app: string, environments: string[]): Promise<string[]> {
  if (environments.length === 0) return [];
  const asked = inspect(temporal, 'addresses', { app, environments }).catch(() => []);
  const found = await Promise.race([asked, sleep(PATIENCE_MS, [])]);
  return found.flatMap(({ environment, urls }) => urls.map((url) => `Open ${environment}: ${url}`));
}

/** The environments these stages have rolled out to. */
export const reachedBy = (stages: Pick<StageProgress, 'environment' | 'rollout'>[]): string[] => [
  ...new Set(stages.flatMap(({ environment, rollout }) => (environment && rollout ? [environment] : []))),
];
