import { combineEnvironments, type Combined } from '../../src/compose/combine';
import { type ComposeModel, unescapeDollars } from '../../src/compose/model';
import { projectPaths } from '../../src/compose/project';
import { type ReadCompose, readCompose } from '../../src/compose/read';
import { projectOf } from '../../src/manifest/assemble';
import type { Manifest } from '../../src/manifest/schema';
import type { Finding } from '../../src/model/path';
import { describeProblem, type Problem } from '../../src/model/problem';
import { secretReference } from '../../src/model/secret';
import { type ComposeFinding, type ComposeInput, listServices, readComposeFiles } from '../drivers/compose';
import { locatorFor } from './locate';
import { lookAtFiles } from './project-files';

export interface ComposeReadings extends Combined {
  /** Only those that could be read at all. */
  environments: Record<string, ReadCompose>;
  problems: Problem[];
  warnings: string[];
  /** Of routes; paths begin at the top of the manifest. */
  routeFindings: Finding[];
}

export interface ComposeReader {
  dir: string;
  command: string[];
  isCommitted?: (file: string) => boolean;
  /** Services whose image is there already. */
  given?: string[];
  /** Has the worker the buildx client? Undefined where that is not known. */
  buildx?: Promise<boolean>;
}

/** Said of one environment's files. */
interface Said {
  environment: string;
  problem: Problem;
}

/** Reads the compose files of every environment as the manifest wants them there. */
export async function readAllCompose(
  reader: ComposeReader,
  manifest: Manifest,
  files: Record<string, string[]>,
): Promise<ComposeReadings> {
  const names = Object.keys(manifest.environments);
  const results = await Promise.all(names.map((name) => readOne(reader, manifest, name, files[name]!)));
  const environments = Object.fromEntries(results.flatMap(({ name, read }) => (read ? [[name, read] as const] : [])));
  // One in which stand-ins took the place of variables differs from all others.
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
  { dir, command, isCommitted, given = [], buildx }: ComposeReader,
  manifest: Manifest,
  name: string,
  files: string[],
) {
  const said = manifest.environments[name]!;
  const secrets = Object.keys(said.secrets);
  const input: ComposeInput = {
    dir,
    command,
    isCommitted,
    files,
    project: projectOf(manifest.app, name, said),
    variables: { ...said.variables, ...Object.fromEntries(secrets.map((secret) => [secret, secretReference(secret)])) },
  };
  // Each takes the time that a program takes to start.
  const [{ model, problems, told }, all, hasBuildx] = await Promise.all([
    readComposeFiles(input),
    listServices(input),
    buildx,
  ]);
  const locate = locatorFor(dir, files);
  const tell = (findings: ComposeFinding[]): Said[] =>
    findings.map((finding) => ({ environment: name, problem: locate(finding) }));
  if (!model) return { name, isWhole: false, problems: tell(problems), told: tell(told) };
  const plain = unescapeDollars(model) as ComposeModel;
  const wishes = {
    services: manifest.services,
    routes: said.routes,
    secrets,
    sources: said.secrets,
    given,
    buildx: hasBuildx,
    variables: said.variables,
    sideBySide: said.strategy.kind !== 'recreate',
    project: lookAtFiles(dir, projectPaths(plain), isCommitted),
    notSecret: manifest.notSecret,
  };
  const read = readCompose(plain, wishes);
  const unchosen = tellUnchosen(all, read);
  // Where a value is missing for want of a variable, the variable is the problem.
  const found = problems.length > 0 ? [...problems, ...read.problems.filter(isOfShape)] : read.problems;
  const isWhole = problems.length === 0;
  return { name, read, isWhole, problems: tell(found), told: tell([...told, ...read.told, ...unchosen]) };
}

/** Problems that do not depend on what a variable holds. */
const isOfShape = ({ path }: Finding) => !path.includes('environment');

function tellUnchosen(all: string[], { services }: ReadCompose): ComposeFinding[] {
  const left = all.filter((name) => !services.some((service) => service.name === name)).sort();
  return left.map((name) => ({
    path: ['services', name, 'profiles'],
    message: `leave ${name} out of releases. To have it released, name its profile in COMPOSE_PROFILES under variables`,
  }));
}

/** The same said of all environments is said once; what is said of some names them. */
function gather(all: Said[], names: string[]): Problem[] {
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
