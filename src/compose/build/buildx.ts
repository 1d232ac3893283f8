import type { BuildContext, BuildSecret, BuildxOptions } from '../../model/container/build';
import type { Path } from '../../model/text/path';
import { didYouMean } from '../../model/text/suggest';
import { BUILDX_KEYS } from '../answers/docker';
import type { ComposeBuild, ComposeModel } from '../model';
import type { Diagnostics } from '../diagnostics';
import { below, belowTop, isOfProject } from '../files/project';
import { ulimitsOf } from '../service/settings';
import { toBytes } from '../units';
import type { ComposeOverrides } from '../overrides';

const WAY_OUT =
  "Install it (docker buildx) on the worker's machine, or build in CI and pass the image: --image SERVICE=REPOSITORY@sha256:…";

/** What to do about a build based on another service's build. */
export const ONE_DOCKERFILE =
  'Make it a stage of the same Dockerfile (target:), or build it elsewhere and use its digest';

/** The features of a build that need the buildx client; undefined when there are none. */
export function readBuildx(
  model: ComposeModel,
  build: ComposeBuild,
  overrides: ComposeOverrides,
  at: Path,
  notes: Diagnostics,
): BuildxOptions | undefined {
  const used = BUILDX_KEYS.filter((key) => !isNothing(build[key]));
  if (used.length === 0) return undefined;
  for (const key of used) {
    if (overrides.buildx === false)
      notes.refuse([...at, key], `needs the buildx client, which the worker does not have. ${WAY_OUT}`);
    if (overrides.buildx === undefined)
      notes.tell([...at, key], `needs the buildx client on the worker's machine; without it, a release is refused`);
  }
  const text = (key: string) =>
    build[key] === undefined ? undefined : JSON.stringify(build[key]).replace(/^"|"$/g, '');
  const options: BuildxOptions = {
    secrets: readSecrets(model, build, overrides, at, notes),
    // One with a path was refused before, because compose cannot print it.
    ssh: build.ssh,
    contexts: readContexts(build, overrides, at, notes),
    cacheFrom: readCaches('cache_from', build, at, notes),
    cacheTo: readCaches('cache_to', build, at, notes),
    allow: [...(build.entitlements ?? []), ...(build['privileged'] === true ? ['security.insecure'] : [])],
    provenance: text('provenance'),
    sbom: text('sbom'),
    shmSizeBytes: toBytes(build['shm_size']),
    ulimits: build.ulimits && ulimitsOf(build.ulimits),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !isNothing(value)));
}

const isNothing = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

function readSecrets(
  model: ComposeModel,
  { secrets = [] }: ComposeBuild,
  { sources, notSecret }: ComposeOverrides,
  at: Path,
  notes: Diagnostics,
): BuildSecret[] {
  return secrets.flatMap(({ source, target: id = source }, index): BuildSecret[] => {
    const { environment = source, file } = model.secrets?.[source] ?? {};
    const declared = sources[source] ?? sources[environment];
    if (declared) return [{ id, source: declared }];
    if (file !== undefined && isOfProject(file) && notSecret.includes(source))
      return [{ id, file: below(file) ?? file }];
    notes.refuse(
      [...at, 'secrets', index],
      `passes secret ${source} to the build, but the environment does not declare it. ${didYouMean(environment, Object.keys(sources))}`,
    );
    return [];
  });
}

function readContexts(
  { additional_contexts = {} }: ComposeBuild,
  { folder: project }: ComposeOverrides,
  at: Path,
  notes: Diagnostics,
): BuildContext[] {
  return Object.entries(additional_contexts).flatMap(([name, from]): BuildContext[] => {
    const refuse = (message: string) => (notes.refuse([...at, 'additional_contexts', name], message), []);
    if (/^(docker-image|https?|git|ssh):/.test(from)) return [{ name, from }];
    if (from.startsWith('service:'))
      return refuse(`is ${from}, but windlass does not build services in sequence. ${ONE_DOCKERFILE}`);
    if (/^[a-z-]+:/.test(from))
      return refuse(`is ${from}. Expected a folder of the project, docker-image://… or a repository's address`);
    const folder = belowTop(from, project);
    return folder === undefined
      ? refuse(`is ${from}, which is not in the commit. Write a folder in the repository`)
      : [{ name, folder }];
  });
}

function readCaches(key: 'cache_from' | 'cache_to', build: ComposeBuild, at: Path, notes: Diagnostics): string[] {
  const caches = build[key] ?? [];
  for (const [index, cache] of caches.entries())
    // The fields are CSV, and quotes could hide the type.
    if (/["\r\n]|type\s*=\s*local/i.test(cache))
      notes.refuse([...at, key, index], `is ${cache}, a local folder. Use a registry: type=registry,ref=…`);
  return caches;
}
