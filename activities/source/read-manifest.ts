import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleEnvironment, registryOf } from '../../src/manifest/record/assemble';
import { parseManifest, type Parsed } from '../../src/manifest/parse';
import type { Draft } from '../../src/manifest/record/record';
import { checkReach, reportPlacement } from '../../src/manifest/rules/placement';
import { checkData } from '../../src/manifest/rules/data';
import { checkServices } from '../../src/manifest/rules/services';
import type { Manifest } from '../../src/manifest/schema';
import type { RegistryAccess } from '../../src/model/release';
import { describeProblem, type Problem } from '../../src/model/text/problem';
import type { Settings } from '../settings';
import { hasBuildx } from '../drivers/docker/build/buildx';
import { folderOf, listTracked } from '../drivers/git/tracked';
import { findComposeFiles } from './compose/compose-files';
import { type ComposeReadings, readAllCompose } from './compose/read-compose';

export const MANIFEST = 'windlass.yaml';

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
  elsewhere?: boolean;
  given?: string[];
  /** The project's folder in the repository, unless it is the root. */
  folder?: string;
  text?: string;
  declared?: (reference: string, registry: RegistryAccess | undefined) => Promise<string[] | undefined>;
}

/**
 * Reads the manifest and compose files in a folder that holds exactly a commit. Returns all
 * problems of the files. Throws `ComposeUnavailable` when `docker compose` cannot run.
 */
export async function readManifest(
  dir: string,
  settings: ReadingSettings,
  reading: Reading = {},
): Promise<ManifestReading> {
  const path = join(dir, MANIFEST);
  if (reading.text === undefined && !existsSync(path))
    return failed([{ file: MANIFEST, message: 'does not exist. Write one next to the compose file: windlass init.' }]);
  const parsed = parseManifest(MANIFEST, reading.text ?? readFileSync(path, 'utf8'));
  if (!parsed.manifest) return failed(parsed.problems);
  const found = findComposeFiles(dir, parsed.manifest);
  const told = found.told.map((finding) => describeProblem(parsed.point(finding)));
  if (found.findings.length > 0) return failed([...parsed.problems, ...found.findings.map(parsed.point)], told);
  const { isCommitted, given, elsewhere, folder } = reading;
  const registry = registryOf(parsed.manifest, settings.registry);
  const declared = reading.declared && ((reference: string) => reading.declared!(reference, registry));
  const buildx = elsewhere ? undefined : hasBuildx(settings.buildxCommand);
  const { composeCommand: command, installation } = settings;
  const reader = { dir, folder, command, installation, isCommitted, given, buildx, declared };
  const compose = await readAllCompose(reader, parsed.manifest, found.files);
  return conclude(parsed, parsed.manifest, compose, { settings, told, elsewhere });
}

/** Like `readManifest`, for a working folder: untracked files are not part of a release. */
export async function readWorkingFolder(dir: string, settings: ReadingSettings): Promise<ManifestReading> {
  const [tracked, folder] = await Promise.all([listTracked(dir), folderOf(dir)]);
  const isCommitted = tracked && ((file: string) => tracked.has(file));
  const { warnings, ...read } = await readManifest(dir, settings, { isCommitted, elsewhere: true, folder });
  return { ...read, warnings: [...(tracked ? reportUntracked(dir, tracked) : []), ...warnings] };
}

function reportUntracked(dir: string, tracked: Set<string>): string[] {
  const lacks = (file: string) => existsSync(join(dir, file)) && !tracked.has(file);
  return [
    ...(lacks(MANIFEST) ? [`${MANIFEST}: is not in git. Commit it before a release.`] : []),
    ...(lacks('.env') && !isStated(dir)
      ? ['.env: is not in git, so a release does not read it. Declare its entries under variables or secrets.']
      : []),
  ];
}

function isStated(dir: string): boolean {
  const path = join(dir, MANIFEST);
  const { manifest } = existsSync(path) ? parseManifest(MANIFEST, readFileSync(path, 'utf8')) : {};
  return manifest !== undefined && Object.values(manifest.environments).every(({ envFiles }) => '.env' in envFiles);
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
  // While some services are unknown, any name could wrongly be refused.
  const rules = () => [
    ...checkServices(manifest, services, settings.installation),
    ...checkData(manifest, compose.environments),
    ...checkReach(manifest, compose.environments),
  ];
  const findings = [...(all ? rules() : []), ...compose.routeFindings];
  const registry = registryOf(manifest, settings.registry);
  const problems = [...parsed.problems, ...findings.map(parsed.point), ...compose.problems];
  const apart = all ? reportPlacement(manifest, services).map((finding) => describeProblem(parsed.point(finding))) : [];
  const warnings = [...told, ...apart, ...compose.warnings];
  if (!registry && elsewhere)
    warnings.push(
      `${MANIFEST} registry: is missing, so the worker's is used: windlass dev brings one, others need WINDLASS_REGISTRY.`,
    );
  else if (!registry)
    problems.push(
      parsed.point({
        path: ['registry'],
        message:
          "is missing, and the worker has none either. Write registry: HOST, or set the worker's WINDLASS_REGISTRY",
      }),
    );
  if (problems.length > 0) return failed(problems, warnings);
  const { app } = manifest;
  const environments = names.map((name) =>
    assembleEnvironment(app, name, manifest.environments[name]!, compose.environments[name]!),
  );
  const { builds, images, shared } = compose;
  return {
    draft: { app, registry: registry ?? { address: '' }, builds, images, shared, environments, warnings },
    problems,
    warnings,
  };
}

const failed = (problems: Problem[], warnings: string[] = []): ManifestReading => ({
  problems: inOrder(problems),
  warnings,
});

const inOrder = (problems: Problem[]) => {
  const files = [MANIFEST, ...new Set(problems.map(({ file }) => file))];
  const rank = ({ file }: Problem) => files.indexOf(file);
  return [...problems].sort(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
};
