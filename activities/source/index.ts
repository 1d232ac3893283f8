import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { below } from '../../src/compose/files/project';
import { setTimeout as pause } from 'node:timers/promises';
import type { Draft, EnvironmentRecord } from '../../src/manifest/record/record';
import { withoutCredentials } from '../../src/model/text/address';
import { findEnvironment } from '../../src/model/environment/find';
import type { Failure } from '../../src/model/failure';
import { describeProblem, type Problem } from '../../src/model/text/problem';
import type { RegistryAccess, ReleaseRequest, Source } from '../../src/model/release';
import { connectionsOf } from '../../src/model/target';
import { allowsImage, problemsByPolicy, problemsOfSource, requireTarget } from '../policy/allowed';
import { inParallel } from '../drivers/bounded';
import { ComposeUnavailable } from '../drivers/compose/errors';
import { connectEngine } from '../drivers/docker/connect';
import { type Checkout, checkOutCommit } from '../drivers/git';
import { GitFailure } from '../drivers/git/errors';
import { permanent, transient } from '../drivers/errors';
import { readHostKey } from '../drivers/ssh/trust';
import { currentWatch } from '../heartbeat';
import { declaredVolumes } from '../images/declared';
import { lookForImages } from '../images/look-ups';
import type { Settings } from '../settings';
import { bootstrap, planBootstrap } from '../targets/bootstrap';
import { type Drivers, driverOf } from '../targets/driver';
import { unlessStopped } from '../waiting';
import type { Activities } from '../types';
import type { CheckReport } from '../../src/model/inspection';
import { warnOfBuilder, warnOfReach } from './builder';
import { checkCommands } from './commands';
import { checkGiven, withGiven } from './given';
import { withPlatforms } from './platforms';
import { describeUnreadable, findUnreadable } from './readable';
import { MANIFEST, type ManifestReading, readManifest } from './read-manifest';

const HOSTS_AT_ONCE = 20;

export interface SourceActivities {
  activities: Pick<Activities, 'readSource' | 'checkSource' | 'planBootstrap' | 'bootstrapHost' | 'readHostKey'>;
  checkout(source: Source, app: string): Promise<string>;
}

interface SourceDeps {
  settings: Settings;
  drivers: Drivers;
}

/** Fetches commits with the worker's credentials and reads releases from them. */
export function createSourceActivities({ settings, drivers }: SourceDeps): SourceActivities {
  return {
    activities: {
      readSource: (request) => readSource(request, settings),
      checkSource: (request) => checkSource(request, { settings, drivers }),
      planBootstrap: async ({ request, environment, host }) =>
        planBootstrap(drivers, await environmentOfCommit(request, environment, settings), host),
      async bootstrapHost({ host }) {
        for (const connection of connectionsOf(host)) await requireTarget(connection);
        return await bootstrap(drivers, host);
      },
      async readHostKey({ host }) {
        await requireTarget(host);
        return await unlessStopped(readHostKey(host, settings.ssh));
      },
    },
    checkout: async (source, app) => (await checkOut(source, app, settings)).folder,
  };
}

/** The draft of a release. Fails permanently (kind `bad-manifest`) with all problems, one per line. */
async function readSource(request: ReleaseRequest, settings: Settings): Promise<Draft> {
  const { commit, reading } = await read(request, settings);
  if (!reading.draft)
    throw permanent({ kind: 'bad-manifest', message: reading.problems.map(describeProblem).join('\n') });
  const lacking = await findUnreadable(reading.draft);
  if (lacking.length > 0) throw permanent(describeUnreadable(lacking));
  const source = { ...request.source, url: withoutCredentials(request.source.url), commit: commit.sha };
  const draft = withGiven(reading.draft, request.images ?? {});
  return {
    ...draft,
    warnings: [...draft.warnings, ...warnOfBuilder(draft, settings), ...warnOfReach(draft)],
    source,
    commit,
    ...(request.acceptRepository && { acceptsRepository: true as const }),
  };
}

async function checkSource(request: ReleaseRequest, { settings, drivers }: SourceDeps): Promise<CheckReport> {
  const elsewhere = await problemsOfSource(request.app, request.source.url);
  if (elsewhere.length > 0) return { problems: elsewhere, warnings: [], hosts: [] };
  const { reading } = await read(request, settings);
  const { draft } = reading;
  const environments = (draft?.environments ?? []).map(({ name }) => name);
  const subjects = (draft?.environments ?? []).flatMap((environment) =>
    environment.targets.map((host) => ({
      app: request.app,
      environment,
      host,
      registry: draft!.registry,
      environments,
    })),
  );
  const hosts = await inParallel(HOSTS_AT_ONCE, subjects, (subject) =>
    unlessStopped(driverOf(drivers, subject.host).check(subject)),
  );
  const engine = connectEngine({ name: 'builder', address: 'local' }, settings);
  const looked = draft && (await unlessStopped(lookForImages(draft, Object.keys(request.images ?? {}), engine)));
  const lacking = draft ? await findUnreadable(draft) : [];
  const problems = lacking.map(({ environment, key, names, why }): Problem => ({
    file: MANIFEST,
    path: `environments.${environment}.${key}`,
    message: `${names.join(', ')} cannot be read by the worker: ${why}`,
  }));
  return {
    problems: [...reading.problems, ...problems, ...(looked?.problems ?? [])],
    warnings: [...reading.warnings, ...(looked?.warnings ?? [])],
    hosts: draft && looked ? await unlessStopped(withPlatforms(hosts, draft, looked.platforms, engine)) : hosts,
  };
}

async function environmentOfCommit(
  request: ReleaseRequest,
  environment: string,
  settings: Settings,
): Promise<EnvironmentRecord> {
  const { reading } = await read(request, settings);
  if (!reading.draft)
    throw permanent({ kind: 'bad-manifest', message: reading.problems.map(describeProblem).join('\n') });
  const found = findEnvironment(reading.draft, environment);
  if (found) return found;
  const known = reading.draft.environments.map(({ name }) => name).join(', ');
  throw permanent({
    kind: 'no-such-environment',
    message: `environment ${environment} does not exist. Expected one of: ${known}`,
  });
}

async function read(
  request: ReleaseRequest,
  settings: Settings,
): Promise<Pick<Checkout, 'commit'> & { reading: ManifestReading }> {
  const { folder, commit } = await checkOut(request.source, request.app, settings);
  const reading = await readOrFail(folder, settings, request.app, {
    given: Object.keys(request.images ?? {}),
    folder: request.source.folder,
  });
  const { draft } = reading;
  if (!draft) return { commit, reading };
  const problems: Problem[] = [
    ...(draft.app === request.app ? [] : [otherApp(draft.app, request.app)]),
    ...(request.images ? checkGiven(draft, request.images) : []),
    ...checkCommands(MANIFEST, draft, process.env),
    ...(await problemsByPolicy(draft, request.images)),
  ];
  return { commit, reading: problems.length > 0 ? { problems, warnings: reading.warnings } : reading };
}

async function refuseSource(app: string, url: string): Promise<Failure | undefined> {
  const problems = await problemsOfSource(app, url);
  if (problems.length === 0) return undefined;
  return { kind: 'not-allowed', message: problems.map(describeProblem).join('\n') };
}

const otherApp = (app: string, asked: string): Problem => ({
  file: MANIFEST,
  path: 'app',
  message: `is ${app} in this commit, but the release was started for ${asked}. Start it for ${app}, or correct the manifest.`,
});

async function readOrFail(
  dir: string,
  settings: Settings,
  app: string,
  reading: { given: string[]; folder?: string },
): Promise<ManifestReading> {
  try {
    return await readManifest(dir, settings, { ...reading, declared: lookFor(settings, app) });
  } catch (error) {
    if (!(error instanceof ComposeUnavailable)) throw error;
    throw error.retry ? transient(error.failure) : permanent(error.failure);
  }
}

/** The time limit for inspecting images; what is missed is found when they are pinned. */
const LOOK_MS = 20_000;

const lookFor =
  (settings: Settings, app: string) =>
  async (reference: string, registry: RegistryAccess | undefined): Promise<string[] | undefined> => {
    if (!(await allowsImage(app, reference))) return undefined;
    const engine = connectEngine({ name: 'builder', address: 'local' }, settings);
    const late = pause(LOOK_MS, undefined, { ref: false });
    return await unlessStopped(
      Promise.race([declaredVolumes(reference, registry, engine).catch(() => undefined), late]),
    );
  };

async function checkOut(source: Source, app: string, { cache }: Settings): Promise<Checkout> {
  const { signal } = currentWatch();
  try {
    const { folder, commit } = await checkOutCommit(source, cache, { signal, refuse: (url) => refuseSource(app, url) });
    return { folder: projectIn(folder, source), commit };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw error.retry ? transient(error.failure) : permanent(error.failure);
  }
}

function projectIn(top: string, { folder, commit }: Source): string {
  if (folder === undefined) return top;
  const way = below(folder);
  const place = way === undefined ? undefined : join(top, way);
  const isThere = place !== undefined && existsSync(place) && realpathSync(place) === join(realpathSync(top), way!);
  if (isThere && statSync(place).isDirectory()) return place;
  throw permanent({
    kind: 'no-such-folder',
    message: `${folder}: is not a folder in commit ${commit.slice(0, 10)}. Commit the project there, or release from the project's folder`,
  });
}
