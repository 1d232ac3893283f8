import type { Finding } from '../../model/text/path';
import { didYouMean } from '../../model/text/suggest';
import { isNamed } from '../record/placement';
import type { Manifest } from '../schema';

/** Rules of hosts and groups that need only the manifest. */
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
          ? 'is a duplicate'
          : `has the name ${host.name}, which another host has. Give it its own name: { address: …, name: … }`;
      return [{ path: ['environments', environment, 'hosts', index], message }];
    }),
  );
}

function groupsNameHosts(manifest: Manifest): Finding[] {
  return environmentsOf(manifest).flatMap(([environment, { hosts, groups }]) =>
    // Without hosts that is the problem.
    (hosts.length === 0 ? [] : Object.entries(groups)).flatMap(([group, said]) =>
      said.hosts.flatMap((name, index) => {
        const path = ['environments', environment, 'groups', group, 'hosts', index];
        const names = hosts.map((host) => host.name);
        if (!hosts.some((host) => isNamed(host, name)))
          return [{ path, message: `is not a host of ${environment} (${name}). ${didYouMean(name, names)}` }];
        return said.hosts.indexOf(name) < index ? [{ path, message: 'is a duplicate' }] : [];
      }),
    ),
  );
}

/** Two groups with a common host must not both set the instances of a service. */
function servicesAreCountedOnce(manifest: Manifest): Finding[] {
  return environmentsOf(manifest).flatMap(([environment, { hosts, groups }]) => {
    const all = Object.entries(groups);
    return all.flatMap(([name, group], index) =>
      Object.keys(group.services).flatMap((service) =>
        all.slice(0, index).flatMap(([earlier, other]) => {
          const shared = hosts.find((host) =>
            [group, other].every((one) => one.hosts.some((written) => isNamed(host, written))),
          );
          if (!shared || !Object.hasOwn(other.services, service)) return [];
          return [
            {
              path: ['environments', environment, 'groups', name, 'services', service],
              message: `already runs on ${shared.name} through group ${earlier}. Keep one of the two, or give the groups different hosts`,
              atKey: true,
            },
          ];
        }),
      ),
    );
  });
}
