import type { Draft, EnvironmentRecord } from '../../src/manifest/record';
import { describeProblem, type Problem } from '../../src/model/problem';
import type { ReleaseRequest, Source } from '../../src/model/release';
import { inParallel } from '../drivers/bounded';
import { ComposeUnavailable } from '../drivers/compose';
import { type Checkout, checkOutCommit } from '../drivers/git';
import { GitFailure } from '../drivers/git-errors';
import { permanent, transient } from '../drivers/errors';
import { readHostKey } from '../drivers/ssh/trust';
import { currentWatch } from '../heartbeat';
import { bootstrapHost, planBootstrap } from '../hosts/bootstrap';
import { checkHost } from '../hosts/check-host';
import type { Settings } from '../settings';
import { withoutCredentials } from '../source-url';
import { unlessStopped } from '../waiting';
import type { Activities, CheckReport } from '../types';
import { warnOfBuilder } from './builder';
import { checkCommands } from './commands';
import { checkGiven, withGiven } from './given';
import { MANIFEST, type ManifestReading, readManifest } from './read-manifest';

const HOSTS_AT_ONCE = 20;

export interface SourceActivities {
  activities: Pick<Activities, 'readSource' | 'checkSource' | 'planBootstrap' | 'bootstrapHost' | 'readHostKey'>;
  /** The folder of a commit, fetched once; nobody writes there. */
  checkout(source: Source): Promise<string>;
}

/** The worker fetches commits with its own credentials, and reads from them what is to be released. */
export function createSourceActivities(settings: Settings): SourceActivities {
  return {
    activities: {
      readSource: (request) => readSource(request, settings),
      checkSource: (request) => checkSource(request, settings),
      planBootstrap: async ({ request, environment, host }) =>
        planBootstrap(settings, await findEnvironment(request, environment, settings), host),
      bootstrapHost: ({ host }) => bootstrapHost(settings, host),
      readHostKey: ({ host }) => unlessStopped(readHostKey(host, settings.ssh)),
    },
    checkout: async (source) => (await checkOut(source, settings)).folder,
  };
}

/** The draft of a release. Fails permanently (kind `bad-manifest`) with everything that is wrong, a line each. */
async function readSource(request: ReleaseRequest, settings: Settings): Promise<Draft> {
  const { commit, reading } = await read(request, settings);
  if (!reading.draft)
    throw permanent({ kind: 'bad-manifest', message: reading.problems.map(describeProblem).join('\n') });
  const source = { url: withoutCredentials(request.source.url), commit: commit.sha };
  const draft = withGiven(reading.draft, request.images ?? {});
  return { ...draft, warnings: [...draft.warnings, ...warnOfBuilder(draft, settings)], source, commit };
}

/** Everything that can be said of a commit without releasing it, and of the hosts that it would go to. */
async function checkSource(request: ReleaseRequest, settings: Settings): Promise<CheckReport> {
  const { reading } = await read(request, settings);
  const { draft } = reading;
  const subjects = (draft?.environments ?? []).flatMap((environment) =>
    environment.hosts.map((host) => ({ app: request.app, environment, host, registry: draft!.registry })),
  );
  const hosts = await inParallel(HOSTS_AT_ONCE, subjects, (subject) => unlessStopped(checkHost(settings, subject)));
  return { problems: reading.problems, warnings: reading.warnings, hosts };
}

/** An environment as a commit has it; a release may never have been there. */
async function findEnvironment(
  request: ReleaseRequest,
  environment: string,
  settings: Settings,
): Promise<EnvironmentRecord> {
  const { reading } = await read(request, settings);
  if (!reading.draft)
    throw permanent({ kind: 'bad-manifest', message: reading.problems.map(describeProblem).join('\n') });
  const found = reading.draft.environments.find(({ name }) => name === environment);
  if (found) return found;
  const known = reading.draft.environments.map(({ name }) => name).join(', ');
  throw permanent({ kind: 'no-such-environment', message: `there is no environment ${environment}. Known: ${known}` });
}

async function read(
  request: ReleaseRequest,
  settings: Settings,
): Promise<Pick<Checkout, 'commit'> & { reading: ManifestReading }> {
  const { folder, commit } = await checkOut(request.source, settings);
  const reading = await readOrFail(folder, settings, Object.keys(request.images ?? {}));
  const { draft } = reading;
  if (!draft) return { commit, reading };
  const problems: Problem[] = [
    ...(draft.app === request.app ? [] : [otherApp(draft.app, request.app)]),
    ...(request.images ? checkGiven(draft, request.images) : []),
    ...checkCommands(MANIFEST, draft, process.env),
  ];
  return { commit, reading: problems.length > 0 ? { problems, warnings: reading.warnings } : reading };
}

const otherApp = (app: string, asked: string): Problem => ({
  file: MANIFEST,
  path: 'app',
  message: `is ${app} in this commit, and the release was started for ${asked}. Start it for ${app}, or correct the manifest.`,
});

async function readOrFail(folder: string, settings: Settings, given: string[]): Promise<ManifestReading> {
  try {
    return await readManifest(folder, settings, { given });
  } catch (error) {
    if (error instanceof ComposeUnavailable) throw permanent({ kind: 'no-compose', message: error.message });
    throw error;
  }
}

async function checkOut(source: Source, { cache }: Settings): Promise<Checkout> {
  const { signal } = currentWatch();
  try {
    return await checkOutCommit(source, cache, signal);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw error.retry ? transient(error.failure) : permanent(error.failure);
  }
}
