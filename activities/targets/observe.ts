import { setTimeout as pause } from 'node:timers/promises';
import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { EnvironmentRef } from '../../src/model/names';
import type { Observed } from '../../src/model/observed';
import type { Target } from '../../src/model/target';
import { transient } from '../drivers/errors';
import { currentWatch } from '../heartbeat';
import { naming } from '../naming';
import { unlessStopped } from '../waiting';
import { type Drivers, driverOf } from './driver';

/** How long a target may take to answer, and how long a dispensable one may. */
const ANSWERS_MS = 25_000;
const DISPENSABLE_MS = 5_000;

/**
 * Observes an environment on all its targets in parallel. A target without an answer is missing from the
 * result; `missed` receives the reason unless the target is dispensable, and throws by default. A stopped
 * activity does not wait.
 */
export async function observe(
  { drivers }: { drivers: Drivers },
  place: EnvironmentRef,
  targets: Target[],
  project: string,
  dispensable: string[] = [],
  missed: (error: unknown) => void = fail,
  models: EnvironmentRecord[] = [],
): Promise<Observed> {
  const observeTarget = (target: Target) =>
    naming({ host: target.name }, () => driverOf(drivers, target).observe(target, place, project, models));
  const found = await Promise.all(
    targets.map(async (target) => {
      const mayBeGone = dispensable.includes(target.name);
      try {
        const observed = await within(mayBeGone ? DISPENSABLE_MS : ANSWERS_MS, observeTarget(target));
        if (observed) return [target.name, observed] as const;
        throw transient({ kind: 'timeout', host: target.name, message: silent(target.name) });
      } catch (error) {
        currentWatch().signal?.throwIfAborted();
        if (!mayBeGone) missed(error);
        return undefined;
      }
    }),
  );
  return { targets: Object.fromEntries(found.filter((one) => one !== undefined)) };
}

const fail = (error: unknown) => {
  throw error;
};

const silent = (host: string) =>
  `look at what runs: ${host} did not answer within ${ANSWERS_MS / 1_000} s. Check that it is up, and its engine: docker info`;

async function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const late = pause(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  // A late one may also fail.
  answer.catch(() => undefined);
  try {
    return await unlessStopped(Promise.race([answer, late]));
  } finally {
    stop.abort();
  }
}
