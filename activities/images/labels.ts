import { createHash } from 'node:crypto';
import type { BuildSpec } from '../../src/manifest/record/record';
import { withoutCredentials } from '../../src/model/text/address';
import type { BuildInput } from '../types';

/** The labels of OCI image-spec, "Pre-Defined Annotation Keys". */
export const REVISION = 'org.opencontainers.image.revision';
/** The build inputs besides the commit: arguments may come from elsewhere. */
export const BUILD = 'windlass.build';

/** The labels of a built image: those of the compose file, and its origin. */
export function imageLabels({ build, source, createdAt, release }: BuildInput): Record<string, string> {
  return {
    ...build.labels,
    'org.opencontainers.image.source': withoutCredentials(source.url),
    [REVISION]: source.commit,
    'org.opencontainers.image.created': createdAt,
    'org.opencontainers.image.version': release,
    [BUILD]: hashBuild(build),
  };
}

/** Was this image built from this commit with these settings? */
export const isBuiltOf = (labels: Record<string, string>, { source, build }: BuildInput) =>
  labels[REVISION] === source.commit && labels[BUILD] === hashBuild(build);

/** How an image is built, in short. */
export function hashBuild(build: BuildSpec): string {
  const inOrder = (map: Record<string, string>) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  const { service, context, dockerfile, target, platform, network, extraHosts } = build;
  const all = [
    service,
    context,
    dockerfile,
    inOrder(build.args),
    inOrder(build.labels),
    target,
    platform,
    network,
    extraHosts,
    build.dockerfileText,
    build.buildx?.contexts,
    build.buildx?.allow,
  ];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 12);
}
