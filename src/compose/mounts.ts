import type { Mount, PlacedFile } from '../model/container';
import type { ServiceKind } from '../model/service';
import { placeFile } from './files';
import type { ComposeService, ComposeVolume } from './model';
import type { Notes } from './notes';
import { isOfProject } from './project';
import { toBytes } from './units';
import { type Wishes, wishesFor } from './wishes';

/** The mounts of a service, and the files of the project that are placed in it instead of being mounted. */
export interface MountReading {
  mounts: Mount[];
  files: PlacedFile[];
}

/** What a service mounts; `at` is where it is in the model. What cannot be released is refused with the way out. */
export function readMounts(
  name: string,
  service: ComposeService,
  kind: ServiceKind,
  wishes: Wishes,
  at: string[],
  notes: Notes,
): MountReading {
  const files: PlacedFile[] = [];
  const mounts = (service.volumes ?? []).flatMap((volume, index): Mount[] => {
    const refuse = (message: string) => (notes.refuse([...at, 'volumes', index], message), []);
    switch (volume.type) {
      case 'volume':
        return readVolume(volume, { name, kind, wishes }, refuse);
      case 'bind': {
        const { source = '', target } = volume;
        if (!isOfProject(source)) return readBind(volume, refuse);
        const file = placeFile(source, target, wishes, refuse);
        if (file) files.push(file);
        return [];
      }
      case 'tmpfs':
        return [readTmpfs(volume)];
      default:
        return refuse(
          `mounts ${volume.target} as ${volume.type}. Expected a named volume, a path of the host, a file of the project or tmpfs`,
        );
    }
  });
  return { mounts: [...mounts, ...(service.tmpfs ?? []).map(readShortTmpfs)], files };
}

type Refuse = (message: string) => never[];

function readVolume(
  { source, target, read_only, volume = {} }: ComposeVolume,
  { name, kind, wishes }: { name: string; kind: ServiceKind; wishes: Wishes },
  refuse: Refuse,
): Mount[] {
  if (!source)
    return refuse(
      `mounts a volume without a name on ${target}, which every new container would begin empty. Write tmpfs: [${target}] for what may be lost, or a named volume`,
    );
  const refusal = refuseSharing(name, source, kind, wishes);
  if (refusal) return refuse(refusal);
  return [
    {
      type: 'volume',
      volume: source,
      target,
      ...(read_only && { readOnly: true }),
      ...(volume.nocopy && { noCopy: true }),
      ...(volume.subpath && { subpath: volume.subpath }),
    },
  ];
}

/** Where an old and a new instance stand beside each other for the length of a soak, the manifest says what that means. */
function refuseSharing(name: string, volume: string, kind: ServiceKind, wishes: Wishes): string | undefined {
  if (kind === 'accessory' || kind === 'one-off' || !wishes.sideBySide) return undefined;
  const said = wishesFor(wishes, name).volumes[volume];
  if (said === 'shared') return undefined;
  if (said === 'exclusive')
    return (
      `mounts the volume ${volume}, which is exclusive: the old instance must stop before the new one starts, with an outage that the plan says. ` +
      'Write strategy: recreate for the environment, or shared'
    );
  return (
    `mounts the volume ${volume}, which the old and the new instance would share for the length of a soak. Say whether they may, under ` +
    `services.${name}.volumes of windlass.yaml: { ${volume}: shared }, or { ${volume}: exclusive } with strategy: recreate, which is an outage; ` +
    'or write accessory: true if the service shall stay while releases come and go'
  );
}

function readBind({ source = '', target, read_only, bind = {} }: ComposeVolume, refuse: Refuse): Mount[] {
  if (source.startsWith('~'))
    return refuse(`mounts ${source}, which is another folder for every user. Write an absolute path of the host`);
  return [
    {
      type: 'bind',
      source,
      target,
      ...(read_only && { readOnly: true }),
      ...(bind.propagation && { propagation: bind.propagation }),
      ...(bind.recursive === 'disabled' && { nonRecursive: true }),
      ...(bind.selinux && { selinux: bind.selinux }),
    },
  ];
}

const readTmpfs = ({ target, tmpfs = {} }: ComposeVolume): Mount => ({
  type: 'tmpfs',
  target,
  ...(tmpfs.size !== undefined && { sizeBytes: toBytes(tmpfs.size) }),
  ...(tmpfs.mode !== undefined && { mode: tmpfs.mode }),
});

/** `/run`, `/tmp:size=64m` */
function readShortTmpfs(text: string): Mount {
  const [target = '', options = ''] = text.split(/:(.*)/);
  return { type: 'tmpfs', target, options };
}
