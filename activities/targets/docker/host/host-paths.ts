import type { ContainerSpec } from '../../../../src/model/container/container';

/** The host paths a container mounts, each once. */
export const hostPaths = ({ mounts }: Pick<ContainerSpec, 'mounts'>): string[] => [
  ...new Set(mounts.flatMap((mount) => (mount.type === 'bind' ? mount.source : []))),
];

/** The engine would fail later, or create an empty folder instead of a file. */
export const lacksPath = (service: string, path: string) =>
  `${service} mounts ${path}, which does not exist on this host. Create it there, or mount something else`;
