import type { Mount } from '../model/service';
import type { ComposeService, ComposeVolume } from './model';
import type { Notes } from './notes';
import { toBytes } from './units';

const IN_IMAGE =
  'Copy it into the image, or leave the mount to a laptop: in an overlay of the environment, volumes: !override []';

/**
 * The mounts of a service; `at` is where it is in the model. What cannot be released is refused with the way out: so are
 * volumes where an old and a new instance stand beside each other (`sideBySide`).
 */
export function readMounts(service: ComposeService, sideBySide: boolean, at: string[], notes: Notes): Mount[] {
  const mounts = (service.volumes ?? []).flatMap((volume, index): Mount[] => {
    const refuse = (message: string) => (notes.refuse([...at, 'volumes', index], message), []);
    const extra = strangeOptions(volume);
    if (extra)
      return refuse(`mounts ${volume.target} with ${extra}, which this version of windlass cannot set. Remove it`);
    switch (volume.type) {
      case 'volume':
        return readVolume(volume, sideBySide, refuse);
      case 'bind':
        return readBind(volume, refuse);
      case 'tmpfs':
        return [tmpfs(volume.target, toBytes(volume.tmpfs?.size))];
      default:
        return refuse(
          `mounts ${volume.target} as ${volume.type}. Expected a named volume, an absolute path of the host or tmpfs`,
        );
    }
  });
  return [...mounts, ...readShortTmpfs(service, at, notes)];
}

type Refuse = (message: string) => never[];

function readVolume({ source, target, read_only }: ComposeVolume, sideBySide: boolean, refuse: Refuse): Mount[] {
  if (!source)
    return refuse(
      `mounts a volume without a name on ${target}, which every new container would begin empty. Write tmpfs: [${target}] for what may be lost, or a named volume`,
    );
  if (sideBySide)
    return refuse(
      `mounts the volume ${source}, which the old and the new instance would share, and this version of windlass cannot tell whether they may. ` +
        `Keep the data in a service of its own that is not built, write accessory: true if it shall stay while releases come and go, ` +
        `or strategy: recreate, which stops the old instance first, and is an outage`,
    );
  return [{ type: 'volume', volume: source, target, ...(read_only && { readOnly: true }) }];
}

function readBind({ source = '', target, read_only }: ComposeVolume, refuse: Refuse): Mount[] {
  if (source.startsWith('/')) return [{ type: 'bind', source, target, ...(read_only && { readOnly: true }) }];
  if (source.startsWith('~'))
    return refuse(`mounts ${source}, which is another folder for every user. Write an absolute path of the host`);
  return refuse(`mounts ${source}, a part of the project, which is not on the hosts. ${IN_IMAGE}`);
}

const tmpfs = (target: string, sizeBytes: number | undefined): Mount => ({
  type: 'tmpfs',
  target,
  ...(sizeBytes && { sizeBytes }),
});

/** `tmpfs: [/run, "/tmp:size=64m"]` */
function readShortTmpfs(service: ComposeService, at: string[], notes: Notes): Mount[] {
  return (service.tmpfs ?? []).flatMap((text, index): Mount[] => {
    const [target = '', options = ''] = text.split(':');
    const others = options.split(',').filter((option) => option && !option.startsWith('size='));
    if (others.length > 0) {
      notes.refuse(
        [...at, 'tmpfs', index],
        `sets ${others.join(', ')} for ${target}, which this version of windlass cannot do. Only size is carried`,
      );
      return [];
    }
    const [, size] = /size=([^,]+)/.exec(options) ?? [];
    return [tmpfs(target, size === undefined ? undefined : sizeOf(size))];
  });
}

const POWERS: Record<string, number> = { '': 0, k: 1, m: 2, g: 3 };

/** `64m` → bytes; a mount's own words, which compose leaves as they are. */
function sizeOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+)([kmg]?)b?$/i.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** POWERS[unit.toLowerCase()]!;
}

/** Options that are neither the default nor carried. */
function strangeOptions({ bind = {}, volume = {}, tmpfs: temporary = {} }: ComposeVolume): string | undefined {
  const given = Object.entries({ ...bind, ...volume, ...temporary }).filter(
    ([, value]) => value !== false && value !== '',
  );
  // A path that the host lacks is never made: it would be an empty folder where a file is meant.
  const strange = given.map(([key]) => key).filter((key) => !['size', 'create_host_path'].includes(key));
  return strange.length > 0 ? strange.join(', ') : undefined;
}
