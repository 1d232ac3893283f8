import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../src/manifest/record/record';
import { type BuildxSettings, buildWithBuildx } from './buildx';
import { openContext } from '../drivers/docker/build/context';
import type { Engine, Watch } from '../drivers/docker/engine';
import { requireBuild } from '../policy/allowed';
import { permanent } from '../drivers/errors';
import { repositoryOf, wayWithin } from '../drivers/within';
import type { BuildInput, BuildResult } from '../types';
import { imageLabels, isBuiltOf } from './labels';
import { declaring } from './resolve';
import { type ImageDestination, imageDestination } from './image-destination';

export interface Builder {
  engine: Engine;
  settings: BuildxSettings;
  checkout(source: BuildInput['source'], app: string): Promise<string>;
}

/** Builds a service's image from its checkout, unless the registry has it for this commit and build settings. */
export async function buildImage(
  input: BuildInput,
  { engine, settings, checkout }: Builder,
  watch: Watch,
): Promise<BuildResult> {
  refuseSecrets(input);
  await requireBuild(input.app, input.build);
  const place = await imageDestination(input);
  const reused = input.fresh ? undefined : await findBuilt(input, place);
  if (reused) return { artifact: reused };

  const { build } = input;
  const top = await checkout(input.source, input.app);
  const folder = await contextFolder(top, input);
  const text = build.dockerfileText;
  const dockerfile = text === undefined ? build.dockerfile : INLINE;
  const context = await openContext(folder, { dockerfile, text, mtime: new Date(input.createdAt) });
  const options = {
    dockerfile,
    args: build.args,
    labels: imageLabels(input),
    target: build.target,
    platform: build.platform,
    networkMode: build.network,
    extraHosts: build.extraHosts,
  };
  const imageId = build.buildx
    ? await buildWithBuildx(
        {
          root: repositoryOf(top, input.source.folder ?? ''),
          top,
          service: build.service,
          buildx: build.buildx,
          settings,
        },
        context,
        options,
        watch,
      )
    : await engine.buildImage(context, options, watch);
  // Tagged at once, so that cleaning the builder spares it.
  await engine.tagImage(imageId, place.repository, place.tag);
  return { imageId };
}

/** The place of an inline Dockerfile in the context. */
const INLINE = '.windlass.Dockerfile';

async function findBuilt(
  input: BuildInput,
  { registry, repository, path, tag, commitTag }: ImageDestination,
): Promise<Artifact | undefined> {
  const found = await registry.readImage(path, commitTag);
  if (!found || !isBuiltOf(found.labels, input)) return undefined;
  if (tag !== commitTag) await registry.tagImage(path, found.digest, tag);
  return { image: `${repository}@${found.digest}`, origin: 'reused', ...declaring(found.volumes) };
}

/** The folder to build from; a link may lead to it, but not out of the repository. */
export async function contextFolder(
  project: string,
  {
    source: { folder = '' },
    build: { service, context, dockerfile, dockerfileText },
  }: Pick<BuildInput, 'source' | 'build'>,
): Promise<string> {
  const root = repositoryOf(project, folder);
  const within = (path: string) => {
    const way = wayWithin(root, path);
    return way === undefined ? undefined : join(root, way);
  };
  const place = within(join(project, context));
  if (place === undefined)
    throw badContext(service, `build.context ${context} leaves the repository. Write a folder inside it`);
  if (!(await isA('isDirectory', place)))
    throw badContext(service, `build.context ${context} is not a folder in the commit. Commit it`);
  if (dockerfileText !== undefined) return place;
  const file = within(join(place, dockerfile));
  if (file === undefined)
    throw badContext(service, `${dockerfile} in ${context} is outside the repository. Commit the file itself`);
  if (!(await isA('isFile', file)))
    throw badContext(service, `${dockerfile} in ${context} is not in the commit. Write build.dockerfile, or commit it`);
  return place;
}

const isA = (kind: 'isFile' | 'isDirectory', path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found[kind](),
    () => false,
  );

function refuseSecrets({ build: { service, args } }: BuildInput): void {
  const [name] = Object.entries(args).find(([, value]) => value.includes('{{secret:')) ?? [];
  if (name)
    throw badContext(
      service,
      `build.args.${name} contains a secret, which would be readable in the image's history. Pass it to the running service instead`,
    );
}

const badContext = (service: string, what: string) => permanent({ kind: 'bad-build', service, message: what });
