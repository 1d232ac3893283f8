import type { ApplicationFailure } from '@temporalio/common';
import type { Target } from '../../src/manifest/kinds';
import type { ReleaseRecord } from '../../src/manifest/record';
import type { Failure } from '../../src/model/failure';
import type { Place } from '../../src/model/names';
import type { HostScope, OperationName } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import type { Engine, Watch } from '../drivers/docker/engine';
import type { Proxy } from '../drivers/proxy/proxy';
import { permanent } from '../drivers/errors';
import { currentWatch } from '../heartbeat';
import { redact, redactFailure } from '../redact';
import { secretValues } from '../secrets';
import type { Settings } from '../settings';
import type { RolloutScope } from '../types';
import { readReleases, type Releases } from './releases';

/** What operations are made of; tests give parts of their own. */
export interface RolloutDeps {
  settings: Settings;
  connect(target: Target): Engine | Promise<Engine>;
  loadRecord(ref: RecordRef): Promise<ReleaseRecord>;
  proxy: Proxy;
}

/** What every operation has at hand: its host's engine, the releases that take part, how to fail. */
export interface RolloutContext extends Releases {
  settings: Settings;
  place: Place;
  /** The environment's: what is older must not move routes. */
  counter: number;
  /** The name of the host. */
  host: string;
  /** The host itself; its address is where the worker reaches it. */
  target: Target;
  engine: Engine;
  proxy: Proxy;
  /** What it is told goes into history, so secrets are struck out of it. */
  watch: Watch;
  /** A failure that no retry can mend, naming operation and host; secrets are struck out of it. */
  fail(failure: Failure): ApplicationFailure;
}

/** Puts together what an operation needs. Fails permanently when no release that takes part knows the host. */
export async function openContext(
  { settings, connect, loadRecord, proxy }: RolloutDeps,
  operation: OperationName,
  { host, scope }: HostScope & { scope: RolloutScope },
): Promise<RolloutContext> {
  const fail = (failure: Failure) => permanent({ operation, host, ...failure });
  const releases = readReleases(loadRecord, scope, fail);
  const environments = await releases.environments();
  const target = environments.flatMap(({ hosts }) => hosts).find((one) => one.name === host);
  if (!target) {
    const known = Object.keys(scope.records).join(', ') || 'none';
    const message = `no release that takes part has a host ${host} in ${scope.environment}. What takes part: ${known}`;
    throw fail({ kind: 'no-such-host', message });
  }
  const secrets = environments.flatMap((environment) => secretValues(environment.secrets));
  const watch = currentWatch();
  return {
    ...releases,
    settings,
    place: { installation: settings.installation, app: scope.app, environment: scope.environment },
    counter: scope.counter,
    host,
    target,
    engine: await connect(target),
    proxy,
    watch: { ...watch, onProgress: (line) => watch.onProgress?.(redact(line, secrets)) },
    fail: (failure) => fail(redactFailure(failure, secrets)),
  };
}
