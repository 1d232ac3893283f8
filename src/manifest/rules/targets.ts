import type { Finding } from '../../model/text/path';
import type { Manifest, ManifestEnvironment } from '../schema';
import { kindsIn, TARGETS } from '../targets';

/** An environment has targets, all of one kind. */
export function checkTargets(manifest: Manifest): Finding[] {
  return Object.entries(manifest.environments).flatMap(([name, environment]): Finding[] => {
    const [first, ...more] = kindsIn(environment).map((kind) => TARGETS[kind]);
    if (!first)
      return [
        { path: ['environments', name, 'hosts'], message: 'is missing. Expected a list; or swarm: ssh://user@manager' },
      ];
    return [...more.map(besides(name, first.key)), ...groupsArePlaced(name, environment, first)];
  });
}

const besides =
  (name: string, first: string) =>
  ({ key }: { key: string }): Finding => ({
    path: ['environments', name, key],
    message: `is written beside ${first}, and an environment has targets of one kind. Remove one of them`,
    atKey: true,
  });

function groupsArePlaced(
  name: string,
  { groups = {} }: Partial<ManifestEnvironment>,
  { key, hasGroups }: { key: string; hasGroups?: true },
): Finding[] {
  if (hasGroups || Object.keys(groups).length === 0) return [];
  const message = `is for hosts, and a ${key} places instances itself. Remove it; deploy.placement in the compose file says where they may run`;
  return [{ path: ['environments', name, 'groups'], message, atKey: true }];
}
