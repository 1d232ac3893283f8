import type { BuildContext, BuildSecret, BuildxOptions } from '../model/build';
import type { Path } from '../model/path';
import { didYouMean } from '../model/suggest';
import { BUILDX_KEYS } from './keys';
import type { ComposeBuild, ComposeModel } from './model';
import type { Notes } from './notes';
import { below, isOfProject } from './project';
import { ulimitsOf } from './settings';
import { toBytes } from './units';
import type { Wishes } from './wishes';

const WAY_OUT =
  'Install it (docker buildx) where the worker runs, or build in CI and hand the image over: --image SERVICE=REPOSITORY@sha256:…';

/** What a build needs the buildx client for; undefined when it needs it for nothing, or there is none. */
export function readBuildx(
  model: ComposeModel,
  build: ComposeBuild,
  wishes: Wishes,
  at: Path,
  notes: Notes,
): BuildxOptions | undefined {
  const used = BUILDX_KEYS.filter((key) => !isNothing(build[key]));
  if (used.length === 0) return undefined;
  for (const key of used) {
    if (wishes.buildx === false)
      notes.refuse([...at, key], `needs the buildx client, which the worker does not have. ${WAY_OUT}`);
    if (wishes.buildx === undefined)
      notes.tell([...at, key], `needs the buildx client where the worker runs; without it, a release is refused`);
  }
  const text = (key: string) =>
    build[key] === undefined ? undefined : JSON.stringify(build[key]).replace(/^"|"$/g, '');
  const options: BuildxOptions = {
    secrets: readSecrets(model, build, wishes, at, notes),
    // One with a path is refused before: compose cannot print it.
    ssh: build.ssh,
    contexts: readContexts(build, at, notes),
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

/** Compose's own secrets, of which one that is declared is read by the worker. */
function readSecrets(
  model: ComposeModel,
  { secrets = [] }: ComposeBuild,
  { sources, notSecret }: Wishes,
  at: Path,
  notes: Notes,
): BuildSecret[] {
  return secrets.flatMap(({ source, target: id = source }, index): BuildSecret[] => {
    const { environment = source, file } = model.secrets?.[source] ?? {};
    const declared = sources[source] ?? sources[environment];
    if (declared) return [{ id, source: declared }];
    if (file !== undefined && isOfProject(file) && notSecret.includes(source))
      return [{ id, file: below(file) ?? file }];
    notes.refuse(
      [...at, 'secrets', index],
      `gives the build the secret ${source}, which the environment does not declare. ${didYouMean(environment, Object.keys(sources))}`,
    );
    return [];
  });
}

function readContexts({ additional_contexts = {} }: ComposeBuild, at: Path, notes: Notes): BuildContext[] {
  return Object.entries(additional_contexts).flatMap(([name, from]): BuildContext[] => {
    const refuse = (message: string) => (notes.refuse([...at, 'additional_contexts', name], message), []);
    if (/^(docker-image|https?|git|ssh):/.test(from)) return [{ name, from }];
    if (/^[a-z-]+:/.test(from))
      return refuse(`is ${from}. Expected a folder of the project, docker-image://… or the address of a repository`);
    const folder = below(from);
    return folder === undefined
      ? refuse(`is ${from}, which is not in the commit. Write a folder below the compose file`)
      : [{ name, folder }];
  });
}

/** A cache in a folder would lie in the checkout, where nobody finds it again. */
function readCaches(key: 'cache_from' | 'cache_to', build: ComposeBuild, at: Path, notes: Notes): string[] {
  const caches = build[key] ?? [];
  for (const [index, cache] of caches.entries())
    if (/(^|,)type=local(,|$)/.test(cache))
      notes.refuse(
        [...at, key, index],
        `is ${cache}, a folder of a laptop. Keep it in a registry: type=registry,ref=…`,
      );
  return caches;
}
