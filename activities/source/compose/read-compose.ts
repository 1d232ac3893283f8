import { kindsIn } from '../../../src/manifest/targets';
import { hasOutage } from '../../../src/model/strategy';
import { USUAL_KIND } from '../../../src/model/target';
import { combineEnvironments, type Combined } from '../../../src/compose/combine';
import { type ComposeModel, unescapeDollars } from '../../../src/compose/model';
import { withoutDevices } from '../../../src/compose/files/folders';
import { withNamesForAddresses } from '../../../src/compose/network/addresses';
import { projectPaths } from '../../../src/compose/files/project';
import { refuseUndeclared, withVolumesFrom } from '../../../src/compose/mounts/volumes-from';
import { type ReadCompose, readCompose } from '../../../src/compose/read';
import { projectOf } from '../../../src/manifest/record/assemble';
import { entriesOf, isReferable } from '../../../src/manifest/variables/env-files';
import type { Manifest } from '../../../src/manifest/schema';
import type { Finding } from '../../../src/model/text/path';
import { describeProblem, type Problem } from '../../../src/model/text/problem';
import { findReservedNames } from '../../../src/model/text/reserved-names';
import { secretReference } from '../../../src/model/container/secret';
import type { ComposeFinding, ComposeInput } from '../../drivers/compose/compose-program';
import { repositoryOf } from '../../drivers/within';
import { locatorFor } from './locate';
import { checkBases } from '../bases';
import { checkContexts } from './contexts';
import { checkPointers } from '../lfs';
import { lookAtImages } from './look-at-images';
import { lookAtFiles } from './project-files';
import { readFiles } from '../read-files';

export interface ComposeReadings extends Combined {
  environments: Record<string, ReadCompose>;
  problems: Problem[];
  warnings: string[];
  routeFindings: Finding[];
}

export interface ComposeReader {
  dir: string;
  /** The project's folder in the repository, unless it is the root. */
  folder?: string;
  command: string[];
  installation: string;
  isCommitted?: (file: string) => boolean;
  given?: string[];
  /** Does the worker have the buildx client? Undefined when unknown. */
  buildx?: Promise<boolean>;
  /** The volumes an image declares; undefined when unknown. */
  declared?: (reference: string) => Promise<string[] | undefined>;
}

interface ComposeProblem {
  environment: string;
  problem: Problem;
}

/** Reads the compose files of every environment of the manifest. */
export async function readAllCompose(
  reader: ComposeReader,
  manifest: Manifest,
  files: Record<string, string[]>,
): Promise<ComposeReadings> {
  const names = Object.keys(manifest.environments);
  const results = await Promise.all(names.map((name) => readOne(reader, manifest, name, files[name]!)));
  const environments = Object.fromEntries(results.flatMap(({ name, read }) => (read ? [[name, read] as const] : [])));
  // A model with stand-ins for variables differs from all others.
  const whole = results.flatMap(({ name, read, isWhole }) => (read && isWhole ? [[name, read] as const] : []));
  const combined = combineEnvironments(Object.fromEntries(whole));
  const locate = locatorFor(reader.dir, [...new Set(Object.values(files).flat())]);
  return {
    ...combined,
    environments,
    problems: [
      ...gather(
        results.flatMap(({ problems }) => problems),
        names,
      ),
      ...combined.findings.map(locate),
    ],
    warnings: gather(
      results.flatMap(({ told }) => told),
      names,
    ).map(describeProblem),
    routeFindings: results.flatMap(({ name, read }) =>
      (read?.routeProblems ?? []).map((finding) => ({ ...finding, path: ['environments', name, ...finding.path] })),
    ),
  };
}

async function readOne(
  { dir, folder, command, installation, isCommitted, given = [], buildx, declared }: ComposeReader,
  manifest: Manifest,
  name: string,
  files: string[],
) {
  const said = manifest.environments[name]!;
  const secrets = Object.keys(said.secrets);
  const input: ComposeInput = {
    dir,
    root: repositoryOf(dir, folder),
    command,
    isCommitted,
    files,
    project: projectOf(manifest.app, name, said),
    variables: {
      ...said.variables,
      ...Object.fromEntries(secrets.filter(isReferable).map((secret) => [secret, secretReference(secret)])),
    },
    envFiles: entriesOf(said),
  };
  // In parallel, because each run takes a program's start-up time.
  const [{ model, problems, told, services: all }, hasBuildx] = await Promise.all([readFiles(input), buildx]);
  const locate = locatorFor(dir, files);
  const tell = (findings: ComposeFinding[]): ComposeProblem[] =>
    findings.map((finding) => ({ environment: name, problem: locate(finding) }));
  if (!model) return { name, isWhole: false, problems: tell(problems), told: tell(told) };
  const written = withoutDevices(unescapeDollars(model) as ComposeModel);
  const plain = withNamesForAddresses(withVolumesFrom(written));
  const images = await lookAtImages(written, manifest, given, declared);
  const inactive = Object.entries(all).filter(([service]) => !(service in (plain.services ?? {})));
  const overrides = {
    inactive: Object.fromEntries(inactive),
    declared: images.declared,
    services: manifest.services,
    routes: said.routes,
    secrets,
    sources: said.secrets,
    given,
    buildx: hasBuildx,
    variables: said.variables,
    target: kindsIn(said)[0] ?? USUAL_KIND,
    sideBySide: !hasOutage(said.strategy.kind),
    folder,
    projects: [manifest.app, ...(said.project ? [said.project] : [])],
    project: lookAtFiles(dir, repositoryOf(dir, folder), projectPaths(plain), isCommitted),
    folders: manifest.folders,
    notSecret: manifest.notSecret,
    needsApproval: said.approval !== undefined,
  };
  const read = readCompose(plain, overrides);
  const unchosen = reportUnchosen(inactive.map(([service]) => service));
  const reserved = findReservedNames(read, installation);
  // A value that is missing only because of an unset variable is not a problem of its own.
  const inImages = [
    ...checkContexts(dir, read.builds, given, isCommitted),
    ...checkBases(dir, plain, read, overrides),
    ...(await checkPointers(dir, read, given)),
  ];
  const taken = refuseUndeclared(written, images.declared);
  const own =
    problems.length > 0 ? read.problems.filter(isOfShape) : [...read.problems, ...taken, ...reserved, ...inImages];
  const found = [...problems, ...own];
  const isWhole = problems.length === 0;
  const toTell = [...told, ...images.told, ...read.told, ...unchosen];
  return { name, read, isWhole, problems: tell(found), told: tell(toTell) };
}

const isOfShape = ({ path }: Finding) => !path.includes('environment');

const reportUnchosen = (inactive: string[]): ComposeFinding[] =>
  inactive.sort().map((name) => ({
    path: ['services', name, 'profiles'],
    message: `exclude ${name} from releases. To release it, add its profile to COMPOSE_PROFILES under variables`,
  }));

function gather(all: ComposeProblem[], names: string[]): Problem[] {
  const groups = new Map<string, { problem: Problem; environments: Set<string> }>();
  for (const { environment, problem } of all) {
    const key = describeProblem(problem);
    const group = groups.get(key) ?? { problem, environments: new Set() };
    group.environments.add(environment);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ problem, environments }) =>
    environments.size === names.length
      ? problem
      : { ...problem, message: `in ${[...environments].join(' and ')}: ${problem.message}` },
  );
}
