import type { ApplicationFailure } from '@temporalio/common';
import type { ReleaseRecord } from '../../src/manifest/record/record';
import { findEnvironment } from '../../src/model/environment/find';
import type { Failure } from '../../src/model/failure';
import type { EnvironmentRef } from '../../src/model/names';
import type { TargetScope } from '../../src/model/operations/operation';
import type { OperationName } from '../../src/model/plan';
import type { RecordRef } from '../../src/model/release';
import type { Target } from '../../src/model/target';
import { permanent } from '../drivers/errors';
import { currentWatch } from '../heartbeat';
import type { RecordReader } from '../records/record-reader';
import { SecretReader } from '../secrets';
import type { Settings } from '../settings';
import type { RolloutScope } from '../types';
import { type SecretRedaction, withoutSecrets } from '../secrets/without-secrets';
import { readReleases, type Releases } from './releases';

export interface OperationDeps extends RecordReader {
  settings: Settings;
  /** The releases that the application's other environments are on, going to, or may return to. Fails when unknown. */
  neededElsewhere(app: string, environment: string): Promise<NeededRelease[]>;
}

export interface NeededRelease {
  environment: string;
  record: RecordRef;
  isCurrent: boolean;
}

/** What an operation works with: its target, the releases involved, and how to fail. */
export interface OperationContext<T extends Target = Target> extends Releases, SecretRedaction {
  settings: Settings;
  place: EnvironmentRef;
  project: string;
  /** The environment's fencing token: an older one must not move routes. */
  counter: number;
  ledger?: string;
  target: T;
  imagesElsewhere(): Promise<string[]>;
  secrets: SecretReader;
  fail(failure: Failure): ApplicationFailure;
}

/** Does the work of an operation, or looks at a release. Fails permanently when no release involved knows the target; no failure has a secret in it. */
export async function inContext<R>(
  deps: OperationDeps,
  operation: OperationName | undefined,
  at: TargetScope & { scope: RolloutScope },
  work: (ctx: OperationContext) => Promise<R>,
): Promise<R> {
  const ctx = await openContext(deps, operation, at);
  try {
    return await work(ctx);
  } catch (error) {
    throw await ctx.redacted(error);
  }
}

/** The context of that work. */
export async function openContext(
  { settings, loadRecord, loadFile, neededElsewhere }: OperationDeps,
  operation: OperationName | undefined,
  { target: name, scope }: TargetScope & { scope: RolloutScope },
): Promise<OperationContext> {
  const fail = (failure: Failure) => permanent({ ...(operation && { operation }), host: name, ...failure });
  const releases = readReleases({ loadRecord, loadFile }, scope, fail);
  const environments = await releases.environments();
  const target = environments.flatMap(({ targets }) => targets).find((one) => one.name === name);
  if (!target) {
    const known = Object.keys(scope.records).join(', ') || 'none';
    const message = `no release involved has a host ${name} in ${scope.environment}. Involved: ${known}`;
    throw fail({ kind: 'no-such-host', message });
  }
  const secrets = new SecretReader();
  const values = async () =>
    (await Promise.all(environments.map((environment) => secrets.known(environment.secrets)))).flatMap(
      (known) => known.values,
    );
  return {
    ...releases,
    settings,
    place: { installation: settings.installation, app: scope.app, environment: scope.environment },
    project: environments[0]!.project,
    counter: scope.counter,
    ledger: scope.ledger,
    target,
    secrets,
    async imagesElsewhere() {
      const kept = await neededElsewhere(scope.app, scope.environment);
      const images = kept.map(async ({ environment, record }) => imagesIn(await loadRecord(record), environment));
      return (await Promise.all(images)).flat();
    },
    fail,
    ...withoutSecrets(currentWatch(), values),
  };
}

/** An environment's images in a release. */
export const imagesIn = (record: ReleaseRecord, environment: string): string[] =>
  (findEnvironment(record, environment)?.services ?? []).map(({ image }) => image);
