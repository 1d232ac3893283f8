import type { BuildSpec } from '../../model/container/build';
import { asEngineHost } from '../service/settings';
import { readBuildx } from './buildx';
import type { ComposeModel, ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';
import { below, belowTop } from '../files/project';
import type { ComposeOverrides } from '../overrides';

/** The build of a service; undefined where it has none, or a refused one. */
export function readBuild(
  name: string,
  service: ComposeService,
  { model, overrides, notes }: { model: ComposeModel; overrides: ComposeOverrides; notes: Diagnostics },
  at: string[],
): BuildSpec | undefined {
  const { build } = service;
  if (!build) return undefined;
  const path = [...at, 'build'];
  notes.checkKeys('build', path, build);
  if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(name) || name === 'windlass')
    notes.refuse(
      at,
      `cannot be a repository in the registry (${name}). Expected lowercase letters and digits, separated by single . _ -, and not windlass`,
    );
  const platforms = build.platforms ?? (service.platform ? [service.platform] : []);
  if (platforms.length > 1)
    notes.refuse(
      [...path, 'platforms'],
      `are ${platforms.join(', ')}. Windlass builds for one; keep the hosts' platform`,
    );
  const context = belowTop(build.context ?? '.', overrides.folder);
  if (context === undefined)
    notes.refuse(
      [...path, 'context'],
      `is ${build.context}, which is not in the commit. Write a folder in the repository`,
    );
  const dockerfile = below(build.dockerfile ?? 'Dockerfile');
  if (dockerfile === undefined)
    notes.refuse(
      [...path, 'dockerfile'],
      `is ${build.dockerfile}, which is outside the context. Move it into the context, or widen the context`,
    );
  const buildx = overrides.given.includes(name) ? undefined : readBuildx(model, build, overrides, path, notes);
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

const withoutNull = (args: Record<string, string | null>) =>
  Object.fromEntries(Object.entries(args).filter((entry): entry is [string, string] => entry[1] !== null));
