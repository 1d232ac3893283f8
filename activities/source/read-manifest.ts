import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleEnvironment, registryOf } from '../../src/manifest/assemble';
import { parseManifest, type Parsed } from '../../src/manifest/parse';
import type { Draft } from '../../src/manifest/record';
import { checkReach, tellPlacement } from '../../src/manifest/rules-placement';
import { checkData } from '../../src/manifest/rules-data';
import { checkServices } from '../../src/manifest/rules-services';
import type { Manifest } from '../../src/manifest/schema';
import { describeProblem, type Problem } from '../../src/model/problem';
import type { Settings } from '../settings';
import { hasBuildx } from '../drivers/docker/buildx';
import { listTracked } from '../drivers/tracked';
import { findComposeFiles } from './compose-files';
import { type ComposeReadings, readAllCompose } from './read-compose';

export const MANIFEST = 'windlass.yaml';

/** What a folder says: the draft of a release but for its commit, or all that is wrong with it. */
export interface ManifestReading {
  /** Undefined when there are problems. */
  draft?: Omit<Draft, 'source' | 'commit'>;
  problems: Problem[];
  warnings: string[];
}

export type ReadingSettings = Pick<Settings, 'installation' | 'registry' | 'composeCommand' | 'buildxCommand'>;

interface Reading {
  /** Is a file in the commit? Undefined: everything in the folder is. */
  isCommitted?: (file: string) => boolean;
  /** Not the worker reads it, whose registry is not known here. */
  elsewhere?: boolean;
  /** Services whose image is there already. */
  given?: string[];
}

/**
 * Reads manifest and compose files of a folder that holds a commit and nothing else. Throws `ComposeUnavailable` when
 * `docker compose` cannot be run; whatever is wrong in the files is told, not thrown.
 */
export async function readManifest(
  dir: string,
  settings: ReadingSettings,
  reading: Reading = {},
): Promise<ManifestReading> {
  const path = join(dir, MANIFEST);
  if (!existsSync(path))
    return failed([{ file: MANIFEST, message: 'is not there. Write one beside the compose file: windlass init.' }]);
  const parsed = parseManifest(MANIFEST, readFileSync(path, 'utf8'));
  if (!parsed.manifest) return failed(parsed.problems);
  const found = findComposeFiles(dir, parsed.manifest);
  const told = found.told.map((finding) => describeProblem(parsed.point(finding)));
  if (found.findings.length > 0) return failed([...parsed.problems, ...found.findings.map(parsed.point)], told);
  const { isCommitted, given, elsewhere } = reading;
  const buildx = elsewhere ? undefined : hasBuildx(settings.buildxCommand);
  const reader = { dir, command: settings.composeCommand, isCommitted, given, buildx };
  const compose = await readAllCompose(reader, parsed.manifest, found.files);
  return conclude(parsed, parsed.manifest, compose, { settings, told, elsewhere });
}

/** As `readManifest`, of a folder that somebody works in: what git does not track is not part of a release. */
export async function readWorkingFolder(dir: string, settings: ReadingSettings): Promise<ManifestReading> {
  const tracked = await listTracked(dir);
  const isCommitted = tracked && ((file: string) => tracked.has(file));
  const { warnings, ...read } = await readManifest(dir, settings, { isCommitted, elsewhere: true });
  return { ...read, warnings: [...(tracked ? tellUntracked(dir, tracked) : []), ...warnings] };
}

function tellUntracked(dir: string, tracked: Set<string>): string[] {
  const lacks = (file: string) => existsSync(join(dir, file)) && !tracked.has(file);
  return [
    ...(lacks(MANIFEST) ? [`${MANIFEST}: is not in git yet. Add and commit it before a release.`] : []),
    ...(lacks('.env')
      ? ['.env: is not in git, so a release does not see it. Declare what it sets under variables or secrets.']
      : []),
  ];
}

interface Rest {
  settings: ReadingSettings;
  told: string[];
  elsewhere?: boolean;
}

function conclude(
  parsed: Parsed,
  manifest: Manifest,
  compose: ComposeReadings,
  { settings, told, elsewhere }: Rest,
): ManifestReading {
  const names = Object.keys(manifest.environments);
  const all = names.every((name) => name in compose.environments);
  const services = Object.fromEntries(
    Object.entries(compose.environments).map(([name, read]) => [name, read.services]),
  );
  // With some services unknown, every name of one could be called wrong.
  const rules = () => [
    ...checkServices(manifest, services, settings.installation),
    ...checkData(manifest, compose.environments),
    ...checkReach(manifest, compose.environments),
  ];
  const findings = [...(all ? rules() : []), ...compose.routeFindings];
  const registry = registryOf(manifest, settings.registry);
  const problems = [...parsed.problems, ...findings.map(parsed.point), ...compose.problems];
  const apart = all ? tellPlacement(manifest, services).map((finding) => describeProblem(parsed.point(finding))) : [];
  const warnings = [...told, ...apart, ...compose.warnings];
  if (!registry && elsewhere)
    warnings.push(`${MANIFEST} registry: is not said. The worker must be set to one: WINDLASS_REGISTRY.`);
  else if (!registry)
    problems.push(
      parsed.point({
        path: ['registry'],
        message:
          'is not said, and the worker has none either. Write registry: HOST, or set WINDLASS_REGISTRY where the worker runs',
      }),
    );
  if (problems.length > 0) return failed(problems, warnings);
  const { app } = manifest;
  const environments = names.map((name) =>
    assembleEnvironment(app, name, manifest.environments[name]!, compose.environments[name]!),
  );
  const { builds, images } = compose;
  return {
    draft: { app, registry: registry ?? { address: '' }, builds, images, environments, warnings },
    problems,
    warnings,
  };
}

const failed = (problems: Problem[], warnings: string[] = []): ManifestReading => ({
  problems: inOrder(problems),
  warnings,
});

/** The manifest first, then each compose file; within a file as it is written. */
const inOrder = (problems: Problem[]) => {
  const files = [MANIFEST, ...new Set(problems.map(({ file }) => file))];
  const rank = ({ file }: Problem) => files.indexOf(file);
  return [...problems].sort(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
};
