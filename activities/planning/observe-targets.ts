import { setTimeout as pause } from 'node:timers/promises';
import type { ApplicationFailure } from '@temporalio/common';
import { PERMANENT } from '../../src/model/failure';
import type { Observed } from '../../src/model/observed';
import { unplaceable } from '../../src/plan/exclude';
import { failureIn } from '../drivers/errors';
import { currentWatch } from '../heartbeat';
import type { RolloutDeps } from '../rollout/deps';
import { observe } from '../targets/observe';
import type { Unreached } from '../types';
import type { Subject } from './subject';

/** How long to wait for a host before asking people about it. */
const PATIENCE_MS = 20_000;

/** What runs on the targets. One that does not answer is an error, or is returned if people can be asked about it. */
export async function observeTargets(
  deps: RolloutDeps,
  { input, place, before, after, targets, project }: Subject,
): Promise<Observed | Omit<Unreached, 'operators'>> {
  const { excluded = [], asks = false } = input;
  // Excluded hosts and hosts the wanted release no longer has need not answer.
  const isDropped = (name: string) => after && !after.targets.some((one) => one.name === name);
  const dispensable = [...excluded, ...targets.map(({ name }) => name).filter(isDropped)];
  const models = [after, before].filter((one) => one !== undefined);
  const look = () => observe(deps, place, targets, project, dispensable, undefined, models);
  const observed = asks ? await lookPatiently(look) : await look();
  if (!('unreached' in observed)) return observed;
  const others = after?.targets.filter(({ name }) => name !== observed.host && !excluded.includes(name)) ?? [];
  const canDoWithout = after !== undefined && others.length > 0 && unplaceable(after, others).length === 0;
  return { ...observed, canDoWithout };
}

async function lookPatiently(look: () => Promise<Observed>): Promise<Observed | Pick<Unreached, 'unreached' | 'host'>> {
  const { signal, onProgress } = currentWatch();
  for (const until = Date.now() + PATIENCE_MS; ; await pause(1_000, undefined, { signal })) {
    try {
      return await look();
    } catch (error) {
      const failure = failureIn(error);
      if (!failure?.host) throw error;
      onProgress?.(failure.message);
      if ((error as ApplicationFailure).type === PERMANENT || Date.now() > until)
        return { unreached: failure, host: failure.host };
    }
  }
}
