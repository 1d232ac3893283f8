import type { Mount, PlacedFile } from '../../model/container/container';
import type { ServiceKind } from '../../model/service';
import { placeFiles } from '../files/files';
import { isLeftOut } from '../files/folders';
import { isKept, uncovered } from './data';
import type { ComposeService, ComposeVolume } from '../model';
import type { Diagnostics } from '../diagnostics';
import { isOfProject } from '../files/project';
import { toBytes } from '../units';
import { type ComposeOverrides, overridesFor } from '../overrides';

/** A service's mounts, and the project files that are copied into it instead of being mounted. */
export interface MountReading {
  mounts: Mount[];
  files: PlacedFile[];
}

/** What a service mounts; `at` is its path in the model. Refuses what cannot be released. */
export function readMounts(
  name: string,
  service: ComposeService,
  kind: ServiceKind,
  overrides: ComposeOverrides,
  at: string[],
  notes: Diagnostics,
): MountReading {
  const files: PlacedFile[] = [];
  const mounts = (service.volumes ?? []).flatMap((volume, index): Mount[] => {
    const refuse = (message: string) => (notes.refuse([...at, 'volumes', index], message), []);
    if (isLeftOut(volume)) return [];
    switch (volume.type) {
      case 'volume':
        return readVolume(volume, { name, kind, overrides }, refuse);
      case 'bind': {
        const { source = '', target } = volume;
        if (!isOfProject(source)) return readBind(volume, { name, kind, overrides }, refuse);
        files.push(...placeFiles(source, target, overrides, refuse));
        return [];
      }
      case 'tmpfs':
        return [readTmpfs(volume)];
      case 'image':
        return refuse(describeImage(volume));
      default:
        return refuse(
          `mounts ${volume.target} as ${volume.type}. Expected a named volume, a host path, a file of the project or tmpfs`,
        );
    }
  });
  // Those of services are among the volumes already.
  for (const [index, from] of ((service['volumes_from'] ?? []) as string[]).entries())
    notes.refuse(
      [...at, 'volumes_from', index],
      `takes what ${from} mounts, which is no service of the compose files. Name the volume under volumes`,
    );
  const left = uncovered(service, overrides.declared?.[name]);
  if (left.length > 0 && isReplaced(kind)) notes.refuse([...at, 'image'], describeUncovered(name, left));
  return { mounts: [...mounts, ...(service.tmpfs ?? []).map(readShortTmpfs)], files };
}

/** Engines before 28 mount none, and an image that is mounted would have to be pinned and pulled as that of a service is. */
function describeImage({ source = '', target, image }: ComposeVolume): string {
  const from = `/${image?.subpath?.replace(/^\/+/, '') ?? ''}`;
  return (
    `mounts the image ${source} on ${target}, which hosts need not be able to do. Have it in the image of the service: build it, with ` +
    `COPY --from=${source} ${from} ${target} in its Dockerfile`
  );
}

/** Does each release have another container of it? */
export const isReplaced = (kind: ServiceKind) => kind === 'released' || kind === 'background';

/**
 * The problem and the edit to make. Docker compose passes such a volume on to the next container; a new release
 * would start with an empty one.
 */
export const describeUncovered = (name: string, paths: string[]): string =>
  `declares the volume ${paths.join(' and ')} in its image, which would be empty in each release of ${name}. Under volumes in the ` +
  `compose file write NAME:${paths[0]} to keep it, or under tmpfs [${paths.join(', ')}] to lose it; ` +
  `or accessory: true under services.${name} in windlass.yaml if it outlives releases`;

interface Mounting {
  name: string;
  kind: ServiceKind;
  overrides: ComposeOverrides;
}

type Refuse = (message: string) => never[];

function readVolume(mount: ComposeVolume, mounting: Mounting, refuse: Refuse): Mount[] {
  const { source, target, read_only, volume = {} } = mount;
  if (!source)
    return refuse(
      `mounts a volume without a name on ${target}, which would be empty in every new container. Write tmpfs: [${target}] if it may be lost, or a named volume`,
    );
  const refusal = refuseSharing(mount, mounting);
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

/** Where an old and a new instance coexist during a soak, the manifest must allow or exclude shared data. */
function refuseSharing(mount: ComposeVolume, { name, kind, overrides }: Mounting): string | undefined {
  if (!isReplaced(kind) || !overrides.sideBySide || !isKept(mount)) return undefined;
  const { type, source: volume = '' } = mount;
  const said = overridesFor(overrides, name).volumes[volume];
  const what = type === 'bind' ? 'the folder' : 'the volume';
  if (said === 'shared') return undefined;
  if (said === 'exclusive')
    return (
      `mounts ${what} ${volume}, which is exclusive, so the old instance must stop before the new one starts: an outage. ` +
      'Write strategy: recreate for the environment, or declare it shared'
    );
  return (
    `mounts ${what} ${volume}, which the old and the new instance would share during the soak. Declare it under ` +
    `services.${name}.volumes of windlass.yaml: { ${volume}: shared }, or { ${volume}: exclusive } with strategy: recreate (an outage); ` +
    'or write accessory: true if the service outlives releases'
  );
}

function readBind(mount: ComposeVolume, mounting: Mounting, refuse: Refuse): Mount[] {
  const { source = '', target, read_only, bind = {} } = mount;
  if (source.startsWith('~'))
    return refuse(
      `mounts ${source}, which differs between users. Write an absolute path of the host, or declare it in windlass.yaml: folders: { ${source}: NAME } for a volume, or a path`,
    );
  const refusal = refuseSharing(mount, mounting);
  if (refusal) return refuse(refusal);
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

function readShortTmpfs(text: string): Mount {
  const [target = '', options = ''] = text.split(/:(.*)/);
  return { type: 'tmpfs', target, options };
}
