import { ANSWERS } from '../../src/compose/answers';
import { USUAL_KIND } from '../../src/model/target';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { isLeftOut, settleFolders, withoutDevices } from '../../src/compose/files/folders';
import { type ComposeModel, unescapeDollars } from '../../src/compose/model';
import { Diagnostics } from '../../src/compose/diagnostics';
import { projectPaths } from '../../src/compose/files/project';
import { withVolumesFrom } from '../../src/compose/mounts/volumes-from';
import { entriesOf } from '../../src/manifest/variables/env-files';
import type { InitInput, InitService, InitValues } from '../../src/manifest/init/types';
import { appNameFrom, composeProjectFrom } from '../../src/manifest/init/names';
import { chooseValues, type Reference, referencesIn, TO_BE_SET } from '../../src/manifest/init/variables';
import { type InitResult, writeManifest } from '../../src/manifest/init/write';
import { readEnvFile } from '../../src/model/container/env-file';
import type { Problem } from '../../src/model/text/problem';
import { secretReference } from '../../src/model/container/secret';
import type { ComposeReading } from '../drivers/compose';
import type { ComposeInput } from '../drivers/compose/compose-program';
import { folderOf, listTracked } from '../drivers/git/tracked';
import { repositoryOf } from '../drivers/within';
import { filesNamedIn, findComposeFile, findOverride } from './compose/compose-files';
import { locatorFor } from './compose/locate';
import { lookAtFiles } from './compose/project-files';
import { readFiles } from './read-files';
import { type ManifestReading, readManifest, type ReadingSettings } from './read-manifest';

export interface Wanted {
  app?: string;
  approver: string;
  registry?: string;
  project?: string;
  files?: string[];
}

export interface Proposal extends Pick<InitResult, 'text' | 'decided'> {
  problems: Problem[];
  warnings: string[];
}

/**
 * Proposes a manifest for the compose project in a folder and reads it as a release would: its text, the decisions
 * and the remaining problems, or why there is none. Writes nothing. Throws `ComposeUnavailable`.
 */
export async function proposeManifest(
  dir: string,
  settings: ReadingSettings,
  { app = appNameFrom(basename(dir)), approver, registry, project, files }: Wanted,
): Promise<Proposal | { problems: Problem[] }> {
  const env = readProjectEnv(dir);
  const found = files ?? filesOfEnv(env) ?? [findComposeFile(dir) ?? ''].filter(Boolean);
  if (found.length === 0) return { problems: [nothingThere(dir)] };
  const absent = found.find((file) => !existsSync(join(dir, file)));
  if (absent) return { problems: [{ file: absent, message: 'does not exist.' }] };
  const [tracked, folder] = await Promise.all([listTracked(dir), folderOf(dir)]);
  const isTracked =
    tracked && tracked.size > 0 ? (name: string) => tracked.has(name) : (name: string) => !/(^|\/)\.env$/.test(name);
  const looked: Looked = { dir, folder, root: repositoryOf(dir, folder), env, isTracked, settings, app };
  const read = await readWithOverride(looked, found, files !== undefined);
  if (!read.reading.model) return { problems: read.reading.problems.map(locatorFor(dir, read.files)) };
  const input: InitInput = {
    ...inputOf(looked, read),
    app,
    installation: settings.installation,
    ...((files || read.files.length > 1 || read.files[0] !== findComposeFile(dir)) && { compose: read.files }),
    project,
    folderProject: projectOfFolder(dir, read.files[0]!),
    registry,
    approver,
  };
  return repair(looked, input);
}

/** The folder with the compose file: this one, else the nearest above it up to the root of the repository, as git looks for its own. */
export function findComposeFolder(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (findComposeFile(folder)) return folder;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return from;
  }
}

interface Looked {
  dir: string;
  folder?: string;
  root: string;
  env: { values: Record<string, string>; isThere: boolean };
  isTracked: (file: string) => boolean;
  settings: ReadingSettings;
  app: string;
}

interface Read {
  files: string[];
  reading: ComposeReading;
  values: InitValues;
}

/** Development override files are left out, unless nothing can be read without them. */
async function readWithOverride(looked: Looked, files: string[], isSaid: boolean): Promise<Read> {
  const alone = await readAll(looked, files);
  const override = isSaid ? undefined : findOverride(looked.dir);
  if (alone.reading.model || !override) return alone;
  const merged = await readAll(looked, [...files, override]);
  return merged.reading.model ? merged : alone;
}

async function readAll({ dir, root, env, isTracked, settings, app }: Looked, files: string[]): Promise<Read> {
  const texts = files.map((file) => readFileSync(join(dir, file), 'utf8'));
  const references = texts.flatMap(referencesIn);
  const known = { env: env.values, isCommitted: env.isThere && isTracked('.env') };
  const input: Omit<ComposeInput, 'variables'> = {
    command: settings.composeCommand,
    dir,
    root,
    project: projectFor(app),
    files,
    isCommitted: isTracked,
  };
  const values = chooseValues({ ...known, references, envFiles: {} });
  const first = await readFiles({ ...input, variables: asVariables(values, references) });
  const passed = passedThrough(first.model).filter((name) => name in env.values);
  const absent = first.absent.flatMap(({ path, required }) => {
    const entries = path === '.env' ? env.values : readFirst(dir, required ? examplesOf(path) : [path])?.values;
    return entries || required ? [[path, entries ?? {}] as const] : [];
  });
  if (absent.length === 0 && passed.length === 0) return { files, reading: first, values };
  const wanted = [...references, ...passed.map((name) => ({ name, optional: true }))];
  const all = chooseValues({ ...known, references: wanted, envFiles: Object.fromEntries(absent) });
  const stated = { variables: all.variables, envFiles: asFiles(all.envFiles) };
  const reading = await readFiles({ ...input, variables: asVariables(all, references), envFiles: entriesOf(stated) });
  return { files, reading, values: all };
}

const passedThrough = (model: ComposeReading['model']): string[] =>
  Object.values(((model ?? {}) as ComposeModel).services ?? {}).flatMap(({ environment = {} }) =>
    Object.keys(environment).filter((name) => environment[name] === null),
  );

const projectFor = (app: string) => `${app}-init`;

const asReferences = (names: string[]) => Object.fromEntries(names.map((name) => [name, secretReference(name)]));
/** What compose reads by; `references` that it requires, and that nobody has a value for, have one to be set. */
function asVariables({ variables, secrets, replaced, envFiles }: InitValues, references: Reference[]) {
  const known: Record<string, string> = {
    ...asReferences([...secrets, ...replaced, ...(envFiles['.env'] ?? [])]),
    ...variables,
  };
  const lacking = references.filter(({ name, isRequired }) => isRequired && !known[name]);
  return { ...known, ...Object.fromEntries(lacking.map(({ name }) => [name, TO_BE_SET])) };
}
const asFiles = (files: InitValues['envFiles']) =>
  Object.fromEntries(Object.entries(files).map(([path, entries]) => [path, { file: '/', entries }]));

function inputOf({ dir, root, isTracked, app }: Looked, { reading, values }: Read) {
  const model = withVolumesFrom(withoutDevices(unescapeDollars(reading.model) as ComposeModel));
  const project = lookAtFiles(dir, root, projectPaths(model), isTracked);
  const settled = settleFolders(model, { folders: {}, project }, new Diagnostics(ANSWERS[USUAL_KIND]));
  const services = settled.services ?? {};
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter((one) => !isLeftOut(one)));
  const isData = (source: string) => {
    const found = project[source];
    return (
      (source.startsWith('~') && !looksLikeFile(dir, source)) ||
      (found?.is === 'folder' ? !found.files : found?.is === 'nothing' && !looksLikeFile(dir, source))
    );
  };
  const isAbsentFile = (source: string) => {
    const is = project[source]?.is;
    return is === 'uncommitted' || ((is === 'nothing' || source.startsWith('~')) && looksLikeFile(dir, source));
  };
  const binds = [...new Set(mounts.flatMap(({ type, source = '' }) => (type === 'bind' ? [source] : [])))];
  const volumes = Object.entries(settled.volumes ?? {});
  return {
    services: services as Record<string, InitService>,
    secrets: settled.secrets,
    values,
    folders: binds.filter(isData),
    absentFiles: binds.filter(isAbsentFile),
    commonVolumes: volumes.flatMap(([name, said]) =>
      said?.external || (said?.name !== undefined && said.name !== `${projectFor(app)}_${name}`) ? [name] : [],
    ),
  };
}

const looksLikeFile = (dir: string, path: string) => !existsSync(resolve(dir, path)) && /\.[a-z]{2,4}$/i.test(path);

async function repair({ dir, folder, isTracked, settings }: Looked, input: InitInput): Promise<Proposal> {
  const tryOut = async (one: InitInput) => {
    const written = writeManifest(one);
    const reading = await readManifest(dir, settings, {
      text: written.text,
      isCommitted: isTracked,
      elsewhere: true,
      folder,
    });
    return { written, reading };
  };
  let best = await tryOut(input);
  if (best.written.decision.environments.length > 1 && meet(best.reading)) {
    const alone = await tryOut({ ...input, alone: true });
    if (alone.reading.problems.length < best.reading.problems.length) best = alone;
  }
  const { text, decided } = best.written;
  return { text, decided, problems: best.reading.problems, warnings: best.reading.warnings };
}

const meet = ({ problems }: ManifestReading) =>
  problems.some(({ path }) => /^environments\.\w+(\.\w+)?$/.test(path ?? ''));

function projectOfFolder(dir: string, file: string): string {
  const name = parseDocument(readFileSync(join(dir, file), 'utf8'), { logLevel: 'silent' }).get('name');
  return typeof name === 'string' ? name : composeProjectFrom(basename(resolve(dir, dirname(file))));
}

const SUFFIXES = ['example', 'sample', 'template', 'dist', 'default'];
const examplesOf = (path: string) => [
  path,
  ...SUFFIXES.flatMap((suffix) => [
    `${path}.${suffix}`,
    path.replace(/\.?env$/, `${suffix}.env`),
    path.replace(/(^|\/)\./, '$1') + `.${suffix}`,
  ]),
];

function readFirst(dir: string, paths: string[]): { path: string; values: Record<string, string> } | undefined {
  const path = paths.find((one) => existsSync(join(dir, one)));
  return path === undefined ? undefined : { path, values: readEnvFile(readFileSync(join(dir, path), 'utf8')) };
}

function readProjectEnv(dir: string): Looked['env'] {
  const found = readFirst(dir, examplesOf('.env'));
  return { values: found?.values ?? {}, isThere: found?.path === '.env' };
}

function filesOfEnv({ values }: Looked['env']): string[] | undefined {
  const named = process.env['COMPOSE_FILE'];
  return filesNamedIn({ ...values, ...(named && { COMPOSE_FILE: named }) });
}

function nothingThere(dir: string): Problem {
  const foldersIn = (folder: string) =>
    readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name) ? [join(folder, entry.name)] : [],
    );
  const near = foldersIn('');
  const below = [...near, ...near.flatMap(foldersIn)].find((folder) => findComposeFile(join(dir, folder)));
  const next = below
    ? `There is one in ${below}: cd ${below} && windlass init.`
    : 'Run it in the folder of your compose file, or name it: windlass init -f FILE.';
  return { file: 'docker-compose.yml', message: `is not in this folder. ${next}` };
}
