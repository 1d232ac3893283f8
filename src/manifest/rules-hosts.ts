import type { Finding } from '../model/path';
import { didYouMean } from '../model/suggest';
import { isNamed } from './placement';
import type { Manifest } from './schema';

/** Rules of hosts and groups, as far as the manifest tells by itself. */
export function checkHosts(manifest: Manifest): Finding[] {
  return [...hostsAreNamedOnce(manifest), ...groupsNameHosts(manifest), ...servicesAreCountedOnce(manifest)];
}

const environmentsOf = (manifest: Manifest) => Object.entries(manifest.environments);

function hostsAreNamedOnce(manifest: Manifest): Finding[] {
  return environmentsOf(manifest).flatMap(([environment, { hosts }]) =>
    hosts.flatMap((host, index) => {
      const earlier = hosts.slice(0, index).find(({ name, address }) => name === host.name || address === host.address);
      if (!earlier) return [];
      const message =
        earlier.address === host.address
          ? 'is named twice'
          : `is called ${host.name}, as one above is. Give it a name of its own: { address: …, name: … }`;
      return [{ path: ['environments', environment, 'hosts', index], message }];
    }),
  );
}

function groupsNameHosts(manifest: Manifest): Finding[] {
  return environmentsOf(manifest).flatMap(([environment, { hosts, groups }]) =>
    Object.entries(groups).flatMap(([group, said]) =>
      said.hosts.flatMap((name, index) => {
        const path = ['environments', environment, 'groups', group, 'hosts', index];
        const names = hosts.map((host) => host.name);
        if (!hosts.some((host) => isNamed(host, name)))
          return [{ path, message: `is not a host of ${environment} (${name}). ${didYouMean(name, names)}` }];
        return said.hosts.indexOf(name) < index ? [{ path, message: 'is named twice' }] : [];
      }),
    ),
  );
}

/** Two groups that share a host must not both say how many instances of a service run there. */
function servicesAreCountedOnce(manifest: Manifest): Finding[] {
  return environmentsOf(manifest).flatMap(([environment, { hosts, groups }]) => {
    const all = Object.entries(groups);
    return all.flatMap(([name, group], index) =>
      Object.keys(group.services).flatMap((service) =>
        all.slice(0, index).flatMap(([earlier, other]) => {
          const shared = hosts.find((host) =>
            [group, other].every((one) => one.hosts.some((written) => isNamed(host, written))),
          );
          if (!shared || !(service in other.services)) return [];
          return [
            {
              path: ['environments', environment, 'groups', name, 'services', service],
              message: `runs on ${shared.name} by the group ${earlier} already. Say it in one of both, or give them hosts of their own`,
              atKey: true,
            },
          ];
        }),
      ),
    );
  });
}
