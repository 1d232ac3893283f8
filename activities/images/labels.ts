import { createHash } from 'node:crypto';
import type { BuildSpec } from '../../src/manifest/record';
import { withoutCredentials } from '../source-url';
import type { BuildInput } from '../types';

/** The labels of OCI image-spec, "Pre-Defined Annotation Keys". */
export const REVISION = 'org.opencontainers.image.revision';
/** What it was built from besides the commit: arguments may come from elsewhere. */
export const BUILD = 'windlass.build';

/** The labels of an image that is built: what the compose file says, and where it comes from. */
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

/** Was this image built of this commit in this way? */
export const isBuiltOf = (labels: Record<string, string>, { source, build }: BuildInput) =>
  labels[REVISION] === source.commit && labels[BUILD] === hashBuild(build);

function hashBuild(build: BuildSpec): string {
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
