import type { BindMount, Mount, PlacedFile } from '../../model/container/container';
import type { Path } from '../../model/text/path';
import { secretReference, secretsIn } from '../../model/container/secret';
import { didYouMean } from '../../model/text/suggest';
import { ANSWERS } from '../answers';
import type { ComposeFileReference, ComposeFileObject, ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import { below, type FileContent, isOfProject, LARGEST_FOLDER, MOST_FILES, type ProjectFile } from './project';
import type { ComposeOverrides } from '../overrides';

/** An inline text travels with the release's configuration. */
const LARGEST_TEXT = 64 * 1024;

const IN_IMAGE =
  'Copy it into the image, or remove the mount in a compose file of the environment: volumes: !override []';

/** A file or folder of the project as files for the container; refuses what a release cannot carry. */
export function placeFiles(
  source: string,
  target: string,
  { project, target: kind }: Pick<ComposeOverrides, 'project' | 'target'>,
  refuse: (message: string) => void,
): PlacedFile[] {
  const found: ProjectFile = project[source] ?? { is: 'nothing' };
  const most = ANSWERS[kind].largestFile;
  if (found.is === 'file') return placeOne(source, target, found, most, refuse);
  if (found.is === 'folder' && found.files)
    return Object.entries(found.files).flatMap(([path, file]) =>
      placeOne(join(source, path), join(target, path), file, most, refuse),
    );
  refuse(describe(source, found.is));
  return [];
}

const join = (folder: string, path: string) => `${folder.replace(/\/$/, '')}/${path}`;

function placeOne(
  source: string,
  target: string,
  { size, executable, digest }: FileContent,
  most: number,
  refuse: (message: string) => void,
): PlacedFile[] {
  if (size <= most) return [{ target, mode: executable ? 0o755 : 0o644, from: below(source) ?? source, digest }];
  refuse(`mounts ${source}, which has ${size} bytes. A release carries files of up to ${sizeOf(most)}. ${IN_IMAGE}`);
  return [];
}

const sizeOf = (bytes: number) => (bytes < 1024 * 1024 ? `${bytes / 1024} kB` : `${bytes / 1024 / 1024} MB`);

const AS_DATA = (source: string) =>
  `If it contains data, declare it in windlass.yaml: folders: { ${source}: NAME } for a volume, or an absolute path on the hosts`;

function describe(source: string, is: Exclude<ProjectFile['is'], 'file'>): string {
  switch (is) {
    case 'folder':
      return (
        `mounts ${source}, a folder with more than the ${MOST_FILES} files or ${LARGEST_FOLDER / 1024 / 1024} MB a release carries. ` +
        `${IN_IMAGE}. ${AS_DATA(source)}`
      );
    case 'outside':
      return `mounts ${source}, which is outside the repository, so it is neither in the commit nor on the hosts. ${IN_IMAGE}. ${AS_DATA(source)}`;
    case 'uncommitted':
      return `mounts ${source}, which is not in the commit, so a release does not have it. Commit it if it holds no secret; otherwise declare its content under secrets`;
    case 'nothing':
      return `mounts ${source}, which is not in the commit: compose would create a folder. ${AS_DATA(source)}; or commit it`;
  }
}

/** A service's `configs` and `secrets` as files in the container, or as mounts of host paths. */
export interface References {
  files: PlacedFile[];
  mounts: BindMount[];
}

type FileKind = 'configs' | 'secrets';
const FOLDER: Record<FileKind, string> = { configs: '/', secrets: '/run/secrets/' };

export function readReferences(
  model: ComposeModel,
  service: ComposeService,
  overrides: ComposeOverrides,
  at: Path,
  notes: Diagnostics,
): References {
  const all: References = { files: [], mounts: [] };
  for (const kind of ['configs', 'secrets'] as const)
    for (const [index, reference] of (service[kind] ?? []).entries()) {
      const object = model[kind]?.[reference.source] ?? {};
      const target = targetOf(kind, reference);
      const place = { ...ownership(reference), target };
      const context = { kind, name: reference.source, object, overrides, at, notes, index };
      const text = readText(context);
      if (text !== undefined) all.files.push({ mode: 0o444, ...place, text });
      else if (object.file !== undefined && !isRefused(context)) {
        if (!isOfProject(object.file)) all.mounts.push({ type: 'bind', source: object.file, target, readOnly: true });
        else {
          const files = placeFiles(object.file, target, overrides, (message) =>
            notes.refuse([kind, reference.source, 'file'], message),
          );
          // The target is a file's; files of a folder have their own.
          const isOne = overrides.project[object.file]?.is === 'file';
          all.files.push(...files.map((file) => ({ ...file, ...(isOne ? place : ownership(reference)) })));
        }
      }
    }
  return all;
}

function targetOf(kind: FileKind, { source, target = source }: ComposeFileReference): string {
  return target.startsWith('/') ? target : `${FOLDER[kind]}${target}`;
}

const ownership = ({ uid, gid, mode }: ComposeFileReference) => ({
  ...(uid !== undefined && { uid: Number(uid) }),
  ...(gid !== undefined && { gid: Number(gid) }),
  ...(mode !== undefined && { mode: Number.parseInt(String(mode), 8) }),
});

interface Context {
  kind: FileKind;
  name: string;
  object: ComposeFileObject;
  overrides: ComposeOverrides;
  at: Path;
  notes: Diagnostics;
  index: number;
}

function readText({ kind, name, object, overrides, notes }: Context): string | undefined {
  const { secrets, variables } = overrides;
  // A declaration of the manifest replaces compose's local source.
  if (kind === 'secrets' && secrets.includes(name)) return secretReference(name);
  if (object.content !== undefined) {
    if (object.content.length <= LARGEST_TEXT) return object.content;
    notes.refuse([kind, name, 'content'], 'has more than 64 KB. Move it to a file in the repository: file:');
    return undefined;
  }
  const { environment } = object;
  if (environment === undefined) return undefined;
  if (secrets.includes(environment)) return secretReference(environment);
  if (kind === 'configs' && Object.hasOwn(variables, environment)) return variables[environment];
  const known = kind === 'secrets' ? secrets : [...secrets, ...Object.keys(variables)];
  notes.refuse(
    [kind, name, 'environment'],
    `takes its value from ${environment}, but the environment does not declare it${kind === 'secrets' ? ' under secrets' : ''}. ${didYouMean(environment, known)}`,
  );
  return undefined;
}

function isRefused({ kind, name, object, overrides, notes }: Context): boolean {
  const { file = '' } = object;
  if (kind !== 'secrets' || !isOfProject(file) || overrides.notSecret.includes(name)) return false;
  notes.refuse(
    [kind, name, 'file'],
    `is ${file}, a file of the project, but a committed secret is not secret. Declare ${name} under the environment's secrets in ` +
      'windlass.yaml, and the worker inserts its value. If it is not a secret, list it under notSecret',
  );
  return true;
}

/** Is a declared object available? Swarm keeps `external` ones. */
export function checkObjects(model: ComposeModel, overrides: ComposeOverrides, notes: Diagnostics): void {
  for (const kind of ['configs', 'secrets'] as const)
    for (const [name, object] of Object.entries(model[kind] ?? {})) {
      notes.checkKeys('object', [kind, name], object);
      for (const secret of secretsIn(object.content ?? '').filter((one) => !overrides.secrets.includes(one)))
        notes.refuse(
          [kind, name, 'content'],
          `refers to secret ${secret}, but the environment does not declare it. ${didYouMean(secret, overrides.secrets)}`,
        );
      if (object.external && !(kind === 'secrets' && overrides.secrets.includes(name)))
        notes.refuse(
          [kind, name, 'external'],
          kind === 'secrets'
            ? `is kept by Swarm. Declare ${name} under the environment's secrets in windlass.yaml`
            : 'is kept by Swarm. Write content:, or commit it as a file',
        );
    }
}

/** Files are copied before the start, so a mount over their place would hide or keep them. */
export function checkPlaces(
  files: PlacedFile[],
  mounts: Mount[],
  service: ComposeService,
  at: Path,
  notes: Diagnostics,
): void {
  for (const { target, from } of files) {
    const over = mounts.find(
      (mount) => target === mount.target || target.startsWith(`${mount.target.replace(/\/$/, '')}/`),
    );
    const what = from ?? target;
    if (over)
      notes.refuse(
        [...at],
        `places ${what} at ${target}, inside the mount on ${over.target}, which would hide or keep it. Choose another target, or copy it into the image`,
      );
    else if (service['read_only'])
      notes.refuse(
        [...at, 'read_only'],
        `makes it impossible to copy ${target} into the container. Copy it into the image, or remove read_only`,
      );
  }
}
