import type { BindMount, Mount, PlacedFile } from '../model/container';
import type { Path } from '../model/path';
import { secretReference, secretsIn } from '../model/secret';
import { didYouMean } from '../model/suggest';
import type { ComposeFileReference, ComposeFileObject, ComposeModel, ComposeService } from './model';
import { OBJECT_KEYS } from './keys';
import type { Notes } from './notes';
import { below, isOfProject, type ProjectFile } from './project';
import type { Wishes } from './wishes';

/** A file that becomes part of the release is kept in the registry; what is larger belongs into the image. */
export const LARGEST_FILE = 1024 * 1024;
/** A text of the compose file travels with the configuration of the release. */
const LARGEST_TEXT = 64 * 1024;

const IN_IMAGE =
  'Copy it into the image, or leave the mount to a laptop: in an overlay of the environment, volumes: !override []';

/** A file of the project as it is placed in the container; what cannot be is refused with the way out. */
export function placeFile(
  source: string,
  target: string,
  { project }: Pick<Wishes, 'project'>,
  refuse: (message: string) => void,
): PlacedFile | undefined {
  const found: ProjectFile = project[source] ?? { is: 'nothing' };
  if (found.is !== 'file') {
    refuse(describe(source, target, found.is));
    return undefined;
  }
  if (found.size > LARGEST_FILE) {
    refuse(
      `mounts ${source}, which has ${found.size} bytes. A file of up to 1 MB becomes part of the release. ${IN_IMAGE}`,
    );
    return undefined;
  }
  const from = below(source) ?? source;
  return { target, mode: found.executable ? 0o755 : 0o644, from, digest: found.digest };
}

function describe(source: string, target: string, is: Exclude<ProjectFile['is'], 'file'>): string {
  switch (is) {
    case 'folder':
      return `mounts ${source}, a folder of the project, which is not on the hosts. ${IN_IMAGE}; or mount its files one by one, as ${source.replace(/\/$/, '')}/FILE:${target.replace(/\/$/, '')}/FILE`;
    case 'outside':
      return `mounts ${source}, which is outside of the repository, so it is neither in the commit nor on the hosts. ${IN_IMAGE}`;
    case 'uncommitted':
      return `mounts ${source}, which is not in the commit, so a release does not have it. Commit it if it holds no secret; else declare its content under secrets`;
    case 'nothing':
      return `mounts ${source}, which is not in the commit: a folder that compose makes where it runs. Name a volume for what is written there, or commit it`;
  }
}

/** What `configs` and `secrets` of a service become: files that are placed, or mounts of what is on the host. */
export interface References {
  files: PlacedFile[];
  mounts: BindMount[];
}

type Kind = 'configs' | 'secrets';
const FOLDER: Record<Kind, string> = { configs: '/', secrets: '/run/secrets/' };

export function readReferences(
  model: ComposeModel,
  service: ComposeService,
  wishes: Wishes,
  at: Path,
  notes: Notes,
): References {
  const all: References = { files: [], mounts: [] };
  for (const kind of ['configs', 'secrets'] as const)
    for (const [index, reference] of (service[kind] ?? []).entries()) {
      const object = model[kind]?.[reference.source] ?? {};
      const target = targetOf(kind, reference);
      const place = { ...ownership(reference), target };
      const context = { kind, name: reference.source, object, wishes, at, notes, index };
      const text = readText(context);
      if (text !== undefined) all.files.push({ mode: 0o444, ...place, text });
      else if (object.file !== undefined && !isRefused(context)) {
        if (!isOfProject(object.file)) all.mounts.push({ type: 'bind', source: object.file, target, readOnly: true });
        else {
          const file = placeFile(object.file, target, wishes, (message) =>
            notes.refuse([kind, reference.source, 'file'], message),
          );
          if (file) all.files.push({ ...file, ...place });
        }
      }
    }
  return all;
}

function targetOf(kind: Kind, { source, target = source }: ComposeFileReference): string {
  return target.startsWith('/') ? target : `${FOLDER[kind]}${target}`;
}

const ownership = ({ uid, gid, mode }: ComposeFileReference) => ({
  ...(uid !== undefined && { uid: Number(uid) }),
  ...(gid !== undefined && { gid: Number(gid) }),
  ...(mode !== undefined && { mode: Number.parseInt(String(mode), 8) }),
});

interface Context {
  kind: Kind;
  name: string;
  object: ComposeFileObject;
  wishes: Wishes;
  at: Path;
  notes: Notes;
  index: number;
}

/** Its content as a text that may refer to secrets; undefined where it is a file, or refused. */
function readText({ kind, name, object, wishes, notes }: Context): string | undefined {
  const { secrets, variables } = wishes;
  // What the manifest declares under the same name takes the place of whatever compose would take on a laptop.
  if (kind === 'secrets' && secrets.includes(name)) return secretReference(name);
  if (object.content !== undefined) {
    if (object.content.length <= LARGEST_TEXT) return object.content;
    notes.refuse(
      [kind, name, 'content'],
      'has more than 64 KB. Write it to a file of the repository, and name that: file:',
    );
    return undefined;
  }
  const { environment } = object;
  if (environment === undefined) return undefined;
  if (secrets.includes(environment)) return secretReference(environment);
  if (kind === 'configs' && environment in variables) return variables[environment];
  const known = kind === 'secrets' ? secrets : [...secrets, ...Object.keys(variables)];
  notes.refuse(
    [kind, name, 'environment'],
    `takes its value from ${environment}, which the environment does not declare${kind === 'secrets' ? ' under secrets' : ''}. ${didYouMean(environment, known)}`,
  );
  return undefined;
}

/** A secret that lies in the repository is one that everybody can read. */
function isRefused({ kind, name, object, wishes, notes }: Context): boolean {
  const { file = '' } = object;
  if (kind !== 'secrets' || !isOfProject(file) || wishes.notSecret.includes(name)) return false;
  notes.refuse(
    [kind, name, 'file'],
    `is ${file}, a file of the project, but a secret that is committed is none. Declare ${name} under secrets of the environment in ` +
      'windlass.yaml, and the worker puts its value there; if it is no secret, list it there under notSecret',
  );
  return true;
}

/** Whether a declared object can be had at all; `external` ones are kept by Swarm. */
export function checkObjects(model: ComposeModel, wishes: Wishes, notes: Notes): void {
  for (const kind of ['configs', 'secrets'] as const)
    for (const [name, object] of Object.entries(model[kind] ?? {})) {
      notes.checkKeys(OBJECT_KEYS, [kind, name], object);
      for (const secret of secretsIn(object.content ?? '').filter((one) => !wishes.secrets.includes(one)))
        notes.refuse(
          [kind, name, 'content'],
          `refers to the secret ${secret}, which the environment does not declare. ${didYouMean(secret, wishes.secrets)}`,
        );
      if (object.external && !(kind === 'secrets' && wishes.secrets.includes(name)))
        notes.refuse(
          [kind, name, 'external'],
          kind === 'secrets'
            ? `is kept by Swarm, which windlass does not ask. Declare ${name} under secrets of the environment in windlass.yaml`
            : 'is kept by Swarm, which windlass does not ask. Write content:, or commit it as a file',
        );
    }
}

/** A file is put into the container before it starts, so what is mounted over its place would hide it, or keep it. */
export function checkPlaces(
  files: PlacedFile[],
  mounts: Mount[],
  service: ComposeService,
  at: Path,
  notes: Notes,
): void {
  for (const { target, from } of files) {
    const over = mounts.find(
      (mount) => target === mount.target || target.startsWith(`${mount.target.replace(/\/$/, '')}/`),
    );
    const what = from ?? target;
    if (over)
      notes.refuse(
        [...at],
        `places ${what} at ${target}, which is within what is mounted on ${over.target}: it would be hidden, or stay there for ever. Place it elsewhere, or copy it into the image`,
      );
    else if (service['read_only'])
      notes.refuse(
        [...at, 'read_only'],
        `leaves no place for ${target}: files of the release are put into the container, which must be writable for that. Copy it into the image, or remove read_only`,
      );
  }
}
