import { cleanPath } from './clean-path';
import { reservedLabels } from '../host/reserved-labels';
import type { Finding, Path } from './path';
import type { Network, Service, Volume } from '../service';

interface Named {
  services: Service[];
  networks: Network[];
  volumes: Volume[];
}

/**
 * What an application calls by a name of the installation: its proxy, its volumes, its networks, and containers of other releases. The
 * proxy finds instances by name in every network that it is in, so nothing else may go by one. Paths are those of the compose model.
 */
export function findReservedNames({ services, networks, volumes }: Named, installation: string): Finding[] {
  const isReserved = (name: string) => {
    const plain = name.toLowerCase();
    return plain === installation || plain.startsWith(`${installation}-`);
  };
  const folder = new RegExp(`/volumes/${installation.replace(/[^\w-]/g, '\\$&')}(-[^/]*)?(/|$)`);
  const refuse = (path: Path, name: string): Finding => ({
    path,
    message: `is ${name}, and all that begins with ${installation} is of windlass itself there: its proxy, its routes, and the containers of all applications. Use another name`,
  });
  const inLabels = (at: Path, labels: Record<string, string> = {}): Finding[] =>
    reservedLabels(installation, labels).map((name) => ({
      path: [...at, 'labels', name],
      message: 'is a label by which docker or windlass itself finds containers that are its own. Remove it',
    }));
  return [
    ...networks.flatMap(({ name, labels }) => inLabels(['networks', name], labels)),
    ...volumes.flatMap(({ name, labels }) => inLabels(['volumes', name], labels)),
    ...services.flatMap(({ name, networks: memberships, container }) => {
      const at = ['services', name];
      const aliases = memberships.flatMap(({ network, aliases }) =>
        aliases.filter(isReserved).map((alias) => refuse([...at, 'networks', network, 'aliases'], alias)),
      );
      const binds = container.mounts.flatMap((mount) =>
        mount.type === 'bind' && folder.test(cleanPath(mount.source)) ? [refuse([...at, 'volumes'], mount.source)] : [],
      );
      return [...(isReserved(name) ? [refuse(at, name)] : []), ...aliases, ...binds, ...inLabels(at, container.labels)];
    }),
    ...networks.flatMap(({ name, external }) =>
      external !== undefined && isReserved(external) ? [refuse(['networks', name], external)] : [],
    ),
    ...volumes.flatMap(({ name, external, called, options = {} }) => [
      ...[external, called].flatMap((other) =>
        other !== undefined && isReserved(other) ? [refuse(['volumes', name], other)] : [],
      ),
      ...(folder.test(cleanPath(options['device'] ?? '')) ? [refuse(['volumes', name], options['device']!)] : []),
    ]),
  ];
}
