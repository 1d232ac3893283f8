import type { ContainerSpec } from '../src/model/container';

/** The paths of the host that a container mounts, each once. */
export const hostPaths = ({ mounts }: Pick<ContainerSpec, 'mounts'>): string[] => [
  ...new Set(mounts.flatMap((mount) => (mount.type === 'bind' ? mount.source : []))),
];

/** The engine would make an error of it later, or an empty folder where a file is meant. */
export const lacksPath = (service: string, path: string) =>
  `${service} mounts ${path}, which is not on this host. Make it there, or mount something else`;
