import type { Draft } from '../../src/manifest/record';
import { describeProblem, type Problem } from '../../src/model/problem';
import type { ReleaseRequest, Source } from '../../src/model/release';
import type { Service } from '../../src/model/service';
import { ComposeUnavailable } from '../drivers/compose';
import { connectEngine } from '../drivers/docker/connect';
import type { Engine } from '../drivers/docker/engine';
import { type Checkout, checkOutCommit } from '../drivers/git';
import { GitFailure } from '../drivers/git-errors';
import { permanent, transient } from '../drivers/errors';
import { hostPaths, lacksPath } from '../host-paths';
import { currentWatch } from '../heartbeat';
import type { Settings } from '../settings';
import { withoutCredentials } from '../source-url';
import type { Activities, CheckReport } from '../types';
import { warnOfBuilder } from './builder';
import { checkGiven, withGiven } from './given';
import { MANIFEST, type ManifestReading, readManifest } from './read-manifest';

export interface SourceActivities {
  activities: Pick<Activities, 'readSource' | 'checkSource'>;
  /** The folder of a commit, fetched once; nobody writes there. */
  checkout(source: Source): Promise<string>;
}

/** The worker fetches commits with its own credentials, and reads from them what is to be released. */
export function createSourceActivities(settings: Settings): SourceActivities {
  return {
    activities: {
      readSource: (request) => readSource(request, settings),
      checkSource: (request) => checkSource(request, settings),
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

/** Everything that can be said of a commit without releasing it, and whether its hosts answer. */
async function checkSource(request: ReleaseRequest, settings: Settings): Promise<CheckReport> {
  const { reading } = await read(request, settings);
  const targets = (reading.draft?.environments ?? []).flatMap(({ name, hosts, services }) =>
    hosts.map((host) => ({ environment: name, host, services })),
  );
  const hosts = targets.map(async ({ environment, host, services }) => {
    const answer = (ok: boolean, what: string) => ({ environment, host: host.name, ok, what });
    try {
      const engine = connectEngine(host, settings);
      const { version } = await engine.info();
      const lacking = await findLackingPaths(engine, services);
      return lacking.length > 0 ? answer(false, lacking.join('; ')) : answer(true, `Docker ${version}`);
    } catch (error) {
      return answer(false, (error as Error).message);
    }
  });
  return { problems: reading.problems, warnings: reading.warnings, hosts: await Promise.all(hosts) };
}

/** The paths of the host that services mount and that are not there, a sentence each. */
async function findLackingPaths(engine: Engine, services: Service[]): Promise<string[]> {
  const wanted = services.flatMap(({ name, container }) => hostPaths(container).map((path) => ({ name, path })));
  const found = await Promise.all(
    wanted.map(async ({ name, path }) => ((await engine.hasPath(path)) ? [] : lacksPath(name, path))),
  );
  return found.flat();
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
