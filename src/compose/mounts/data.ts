import { bare, folderOf } from '../../model/container/data';
import type { ComposeService, ComposeVolume } from '../model';
import { isOfProject } from '../files/project';

/** Does this mount keep data: is it writable, and does it outlive its container? Files and sockets do not count. */
export function isKept({ type, source, target, read_only }: ComposeVolume): boolean {
  if (!source || read_only) return false;
  if (type === 'volume') return true;
  return type === 'bind' && !isOfProject(source) && folderOf(source, target) !== undefined;
}

/** Volumes declared by the image without a mount: every new container would start with empty ones. */
export function uncovered({ volumes = [], tmpfs = [] }: ComposeService, declared: string[] = []): string[] {
  const targets = [...volumes.map(({ target }) => target), ...tmpfs.map((text) => text.split(':')[0]!)].map(bare);
  return declared.filter((path) => !targets.includes(bare(path))).sort();
}

/** Does the service keep data, through its mounts or its image's volumes? */
export const keepsData = (service: ComposeService, declared?: string[]): boolean =>
  (service.volumes ?? []).some(isKept) || uncovered(service, declared).length > 0;
