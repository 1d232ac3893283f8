import type { ComposeModel, ComposeResource, ComposeService, ComposeVolume } from '../model';
import type { Path } from '../../model/text/path';
import type { Diagnostics } from '../diagnostics';
import { below, isOfHost } from './project';
import type { ComposeOverrides } from '../overrides';

/** A mount that a release leaves out; it stays in the list, because problems use its index. */
const LEFT_OUT = 'left-out';
export const isLeftOut = ({ type }: Pick<ComposeVolume, 'type'>): boolean => type === LEFT_OUT;

/**
 * The model without volumes that are folders of the project or a home (`driver_opts` of a local driver): a
 * mount of one becomes a mount of its folder. A volume of a host path stays.
 */
export function withoutDevices(model: ComposeModel): ComposeModel {
  const devices = new Map(Object.entries(model.volumes ?? {}).flatMap(([name, said]) => deviceOf(name, said)));
  if (devices.size === 0) return model;
  const asFolder = (mount: ComposeVolume): ComposeVolume => {
    const device = mount.type === 'volume' ? devices.get(mount.source ?? '') : undefined;
    if (!device) return mount;
    const { target, read_only, volume } = mount;
    const source = [device.folder, volume?.subpath].filter(Boolean).join('/');
    return { type: 'bind', source, target, ...((read_only || device.readOnly) && { read_only: true }) };
  };
  const services = Object.entries(model.services ?? {}).map(([name, service]) => [
    name,
    service.volumes ? { ...service, volumes: service.volumes.map(asFolder) } : service,
  ]);
  const volumes = Object.entries(model.volumes ?? {}).filter(([name]) => !devices.has(name));
  return { ...model, services: Object.fromEntries(services), volumes: Object.fromEntries(volumes) };
}

function deviceOf(name: string, said: ComposeResource | null): [string, { folder: string; readOnly: boolean }][] {
  const { device, o = '' } = (said?.['driver_opts'] ?? {}) as { device?: string; o?: string };
  const flags = o.split(',');
  const isFolder = device && !device.startsWith('/') && flags.some((flag) => flag === 'bind' || flag === 'rbind');
  if (!isFolder || (said?.driver ?? 'local') !== 'local') return [];
  return [
    [
      name,
      { folder: device.startsWith('~') ? device : `./${below(device) ?? device}`, readOnly: flags.includes('ro') },
    ],
  ];
}

/**
 * The model with its folders resolved: a data folder becomes the manifest's volume or host path. Mounts of
 * source code over an image built from it are for development and are left out.
 */
export function settleFolders(
  model: ComposeModel,
  overrides: Pick<ComposeOverrides, 'folders' | 'project'>,
  notes: Diagnostics,
): ComposeModel {
  const folders = new Map(Object.entries(overrides.folders).map(([path, place]) => [plain(path), place]));
  const volumes = { ...model.volumes };
  const settle = (mount: ComposeVolume, at: Path): ComposeVolume => {
    const { is } = overrides.project[mount.source ?? ''] ?? {};
    const found = mount.type === 'bind' ? placeOf(plain(mount.source ?? ''), folders) : undefined;
    // Committed files below a data folder are not part of the data.
    if (!found || (found.above && (is === 'file' || is === 'folder'))) return mount;
    const { place, above } = found;
    if (above && !place.startsWith('/')) {
      notes.refuse(at, describePart(mount.source ?? '', above, place));
      return { type: LEFT_OUT, target: mount.target };
    }
    if (place.startsWith('/')) return { ...mount, source: place };
    volumes[place] ??= {};
    const { target, read_only } = mount;
    return { type: 'volume', source: place, target, ...(read_only && { read_only }) };
  };
  const services = Object.entries(model.services ?? {}).map(([name, service]) => {
    if (!service.volumes) return [name, service] as const;
    const at = (index: number) => ['services', name, 'volumes', index];
    const settled = { ...service, volumes: service.volumes.map((mount, index) => settle(mount, at(index))) };
    return [name, withoutSources(settled, overrides, ['services', name], notes)] as const;
  });
  return { ...model, services: Object.fromEntries(services), ...(Object.keys(volumes).length > 0 && { volumes }) };
}

function placeOf(folder: string, folders: Map<string, string>): { place: string; above?: string } | undefined {
  const own = folders.get(folder);
  if (own !== undefined) return { place: own };
  const [above] = [...folders.keys()].filter((one) => isWithin(folder, one)).sort((a, b) => b.length - a.length);
  if (above === undefined) return undefined;
  const place = folders.get(above)!;
  const rest = above === '.' ? folder : folder.slice(above.length + 1);
  return { place: place.startsWith('/') ? `${place}/${rest}` : place, above };
}

const describePart = (source: string, above: string, volume: string) =>
  `mounts ${source}, a part of ${above}, declared as volume ${volume} under folders in windlass.yaml, and a release cannot mount a part of a volume. ` +
  `Write an absolute path of the hosts for ${above}, which also covers its subfolders; or give ${source} its own entry, if it need not appear in ${above}`;

const plain = (path: string) => (isOfHost(path) ? path.replace(/\/+$/, '') : (below(path) ?? path.replace(/\/+$/, '')));

function withoutSources(
  service: ComposeService,
  { project }: Pick<ComposeOverrides, 'project'>,
  at: string[],
  notes: Diagnostics,
): ComposeService {
  const { volumes = [] } = service;
  const isOver = (mount: ComposeVolume) =>
    mount.type === 'bind' && project[mount.source ?? '']?.is === 'folder' && isSourceMount(service, mount);
  if (!volumes.some(isOver)) return service;
  // Nameless volumes within the sources, or of dependencies, keep the image's content visible. Elsewhere they keep data.
  const roots = volumes.filter(isOver).map((mount) => rootOf(service, mount));
  const isLeft = (mount: ComposeVolume) =>
    isOver(mount) ||
    (isNameless(mount) && (DEPENDENCIES.test(mount.target) || roots.some((root) => mount.target.startsWith(root))));
  for (const [index, { source = '', target }] of volumes.entries())
    if (isOver(volumes[index]!))
      notes.tell(
        [...at, 'volumes', index],
        `mounts ${source}, the image's source code, on ${target}, for development. A release leaves the mount out and runs the image. If the application writes there, declare it: folders: { ${source}: NAME }`,
      );
  return {
    ...service,
    volumes: volumes.map((mount) => (isLeft(mount) ? { type: LEFT_OUT, target: mount.target } : mount)),
  };
}

/** What a build installs or makes: it is in the image. */
const DEPENDENCIES = /\/(node_modules|vendor|\.venv|\.next|\.nuxt|__pycache__)\/?$/;
const isNameless = ({ type, source }: ComposeVolume) => type === 'volume' && !source;
/** Where the build context is in the image: `./api/src` on `/code/src` means `/code/`. */
function rootOf({ build }: ComposeService, { source = '', target }: ComposeVolume): string {
  const context = below(build?.context ?? '.') ?? '.';
  const mounted = below(source) ?? '.';
  const rest = context === '.' ? mounted : mounted.slice(context.length + 1);
  const place = `${target.replace(/\/+$/, '')}/`;
  return isWithin(mounted, context) ? place.slice(0, -rest.length - 1) : place;
}

/** Is it the build context, a folder around it, or a part of it in its place in the image? */
export function isSourceMount({ build }: ComposeService, { source = '', target }: ComposeVolume): boolean {
  if (!build || isOfHost(source)) return false;
  const context = below(build.context ?? '.');
  const mounted = below(source);
  if (context === undefined || mounted === undefined) return false;
  if (mounted === context || isWithin(context, mounted)) return true;
  if (!isWithin(mounted, context)) return false;
  const rest = context === '.' ? mounted : mounted.slice(context.length + 1);
  return target === `/${rest}` || target.replace(/\/$/, '').endsWith(`/${rest}`);
}

export const isWithin = (inner: string, outer: string) =>
  inner !== outer && (outer === '.' || inner.startsWith(`${outer}/`));
