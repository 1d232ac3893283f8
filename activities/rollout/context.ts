import type { ApplicationFailure } from '@temporalio/common';
import type { Target } from '../../src/manifest/kinds';
import type { ReleaseRecord } from '../../src/manifest/record';
import type { PlacedFile } from '../../src/model/container';
import type { Failure } from '../../src/model/failure';
import type { Place } from '../../src/model/names';
import type { HostScope, OperationName } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import type { Engine, Watch } from '../drivers/docker/engine';
import type { Proxy } from '../drivers/proxy/proxy';
import { mapFailure, permanent } from '../drivers/errors';
import { currentWatch, refuseAfterSleep } from '../heartbeat';
import { redact, redactFailure } from '../redact';
import { SecretReader } from '../secrets';
import type { Settings } from '../settings';
import type { RolloutScope } from '../types';
import { readReleases, type Releases } from './releases';

/** What operations are made of; tests give parts of their own. */
export interface RolloutDeps {
  settings: Settings;
  connect(target: Target): Engine | Promise<Engine>;
  loadRecord(ref: RecordRef): Promise<ReleaseRecord>;
  loadFile(ref: RecordRef, file: PlacedFile): Promise<Buffer>;
  /** What the other environments of the application are on, on their way to, or may go back to. Fails when that is not known. */
  keptElsewhere(app: string, environment: string): Promise<Kept[]>;
  proxy: Proxy;
}

/** A release that an environment needs. */
export interface Kept {
  environment: string;
  record: RecordRef;
}

/** What every operation has at hand: its host's engine, the releases that take part, how to fail. */
export interface RolloutContext extends Releases {
  settings: Settings;
  place: Place;
  /** The compose project whose volumes are used, and whose containers are taken over. */
  project: string;
  /** The environment's: what is older must not move routes. */
  counter: number;
  /** The name of the host. */
  host: string;
  /** The host itself; its address is where the worker reaches it. */
  target: Target;
  engine: Engine;
  proxy: Proxy;
  /** The images that other environments of the application need. */
  imagesElsewhere(): Promise<string[]>;
  /** Reads what this operation needs of them, each once. */
  secrets: SecretReader;
  /** What it is told goes into history, so secrets are struck out of it. */
  watch: Watch;
  /** A failure that no retry can mend, naming operation and host. */
  fail(failure: Failure): ApplicationFailure;
  /** An error of the operation without the secrets. */
  redacted(error: unknown): Promise<unknown>;
}

/** Puts together what an operation needs. Fails permanently when no release that takes part knows the host. */
export async function openContext(
  { settings, connect, loadRecord, loadFile, keptElsewhere, proxy }: RolloutDeps,
  operation: OperationName,
  { host, scope }: HostScope & { scope: RolloutScope },
): Promise<RolloutContext> {
  const fail = (failure: Failure) => permanent({ operation, host, ...failure });
  const releases = readReleases({ loadRecord, loadFile }, scope, fail);
  const environments = await releases.environments();
  const target = environments.flatMap(({ hosts }) => hosts).find((one) => one.name === host);
  if (!target) {
    const known = Object.keys(scope.records).join(', ') || 'none';
    const message = `no release that takes part has a host ${host} in ${scope.environment}. What takes part: ${known}`;
    throw fail({ kind: 'no-such-host', message });
  }
  const secrets = new SecretReader();
  // Only when something is told are they read: an operation that fails for want of a secret store must still be undone.
  const values = async () =>
    (await Promise.all(environments.map((environment) => secrets.known(environment.secrets)))).flatMap(
      (known) => known.values,
    );
  const watch = currentWatch();
  return {
    ...releases,
    settings,
    place: { installation: settings.installation, app: scope.app, environment: scope.environment },
    project: environments[0]!.project,
    counter: scope.counter,
    host,
    target,
    engine: awake(await connect(target)),
    proxy,
    secrets,
    async imagesElsewhere() {
      const kept = await keptElsewhere(scope.app, scope.environment);
      const images = kept.map(async ({ environment, record }) => imagesIn(await loadRecord(record), environment));
      return (await Promise.all(images)).flat();
    },
    watch: {
      ...watch,
      // Of one that was stopped nothing is told any more.
      onProgress: (line) =>
        void values().then(
          (known) => watch.onProgress?.(redact(line, known)),
          () => undefined,
        ),
    },
    fail,
    async redacted(error) {
      const known = await values();
      return mapFailure(error, (failure) => redactFailure(failure, known));
    },
  };
}

/** An engine of which nothing is asked by an attempt that has slept. */
const awake = (engine: Engine): Engine =>
  new Proxy(engine, {
    get(target, name) {
      const deed: unknown = Reflect.get(target, name);
      if (typeof deed !== 'function') return deed;
      return (...args: unknown[]) => {
        refuseAfterSleep();
        return (deed as (...args: unknown[]) => unknown)(...args);
      };
    },
  });

/** The images of an environment in a release. */
export const imagesIn = (record: ReleaseRecord, environment: string): string[] =>
  (record.environments.find(({ name }) => name === environment)?.services ?? []).map(({ image }) => image);
