import type { BuildSpec } from '../model/build';
import { asEngineHost } from './settings';
import { BUILD_KEYS } from './keys';
import { readBuildx } from './buildx';
import type { ComposeModel, ComposeService } from './model';
import type { Notes } from './notes';
import { below } from './project';
import type { Wishes } from './wishes';

/** How a service is built; undefined where it is not, or cannot be. */
export function readBuild(
  name: string,
  service: ComposeService,
  { model, wishes, notes }: { model: ComposeModel; wishes: Wishes; notes: Notes },
  at: string[],
): BuildSpec | undefined {
  const { build } = service;
  if (!build) return undefined;
  const path = [...at, 'build'];
  notes.checkKeys(BUILD_KEYS, path, build);
  if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(name) || name === 'windlass')
    notes.refuse(
      at,
      `cannot name a repository of the registry (${name}). Expected small letters, digits and single . _ - between them, and another name than windlass`,
    );
  const platforms = build.platforms ?? (service.platform ? [service.platform] : []);
  if (platforms.length > 1)
    notes.refuse(
      [...path, 'platforms'],
      `are ${platforms.join(', ')}. This version of windlass builds for one; keep that of the hosts`,
    );
  const context = below(build.context ?? '.');
  if (context === undefined)
    notes.refuse(
      [...path, 'context'],
      `is ${build.context}, which is not in the commit. Write a folder below the compose file`,
    );
  const dockerfile = below(build.dockerfile ?? 'Dockerfile');
  if (dockerfile === undefined)
    notes.refuse(
      [...path, 'dockerfile'],
      `is ${build.dockerfile}, which is outside of the context. Move it into the context, or widen the context`,
    );
  const buildx = wishes.given.includes(name) ? undefined : readBuildx(model, build, wishes, path, notes);
  return {
    service: name,
    context: context ?? '.',
    dockerfile: dockerfile ?? 'Dockerfile',
    args: withoutNull(build.args ?? {}),
    ...(build.target && { target: build.target }),
    labels: build.labels ?? {},
    ...(platforms[0] && { platform: platforms[0] }),
    ...(build.network && { network: build.network }),
    ...(build.extra_hosts && { extraHosts: build.extra_hosts.map(asEngineHost) }),
    ...(build.dockerfile_inline !== undefined && { dockerfileText: build.dockerfile_inline }),
    ...(buildx && { buildx }),
  };
}

/** An argument without value means the environment of whoever builds; here it has none, and the Dockerfile's default holds. */
const withoutNull = (args: Record<string, string | null>) =>
  Object.fromEntries(Object.entries(args).filter((entry): entry is [string, string] => entry[1] !== null));
