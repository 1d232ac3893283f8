import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { Artifact } from '../../src/manifest/record';
import { type BuildxSettings, buildWithBuildx } from './buildx';
import { packContext } from '../drivers/docker/context';
import type { Engine, Watch } from '../drivers/docker/engine';
import { permanent } from '../drivers/errors';
import type { BuildInput, BuildResult } from '../types';
import { imageLabels, isBuiltOf } from './labels';
import { type Place, placeOf } from './place';

/** What builds: an engine, and the buildx client for what that does not know. */
export interface Builder {
  engine: Engine;
  settings: BuildxSettings;
  checkout(source: BuildInput['source']): Promise<string>;
}

/** Builds the image of a service from its checkout, unless the registry has it for this commit and this way to build. */
export async function buildImage(
  input: BuildInput,
  { engine, settings, checkout }: Builder,
  watch: Watch,
): Promise<BuildResult> {
  refuseSecrets(input);
  const place = await placeOf(input);
  const reused = input.fresh ? undefined : await findBuilt(input, place);
  if (reused) return { artifact: reused };

  const { build } = input;
  const top = await checkout(input.source);
  const folder = await contextFolder(top, input);
  const dockerfile = build.dockerfileText === undefined ? build.dockerfile : INLINE;
  const texts: Record<string, string> = build.dockerfileText === undefined ? {} : { [INLINE]: build.dockerfileText };
  const context = await packContext(folder, { dockerfile, texts, mtime: new Date(input.createdAt) });
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
    ? await buildWithBuildx({ top, service: build.service, buildx: build.buildx, settings }, context, options, watch)
    : await engine.buildImage(context, options, watch);
  // At once, so that whoever cleans the builder in between leaves it.
  await engine.tagImage(imageId, place.repository, place.tag);
  return { imageId };
}

/** Where a Dockerfile that the compose file has itself lies in the context. */
const INLINE = '.windlass.Dockerfile';

async function findBuilt(
  input: BuildInput,
  { registry, repository, path, tag, commitTag }: Place,
): Promise<Artifact | undefined> {
  const found = await registry.readImage(path, commitTag);
  if (!found || !isBuiltOf(found.labels, input)) return undefined;
  if (tag !== commitTag) await registry.tagImage(path, found.digest, tag);
  return { image: `${repository}@${found.digest}`, origin: 'reused' };
}

async function contextFolder(
  checkout: string,
  { build: { service, context, dockerfile, dockerfileText } }: BuildInput,
): Promise<string> {
  const folder = join(checkout, context);
  const way = relative(checkout, folder);
  if (way.startsWith('..') || isAbsolute(way))
    throw badContext(service, `build.context ${context} leads out of the repository. Write a folder within it`);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw badContext(service, `build.context ${context} is no folder of the commit. Was it committed?`);
  if (dockerfileText !== undefined) return folder;
  const hasDockerfile = await stat(join(folder, dockerfile)).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!hasDockerfile)
    throw badContext(
      service,
      `there is no ${dockerfile} in ${context} in the commit. Write build.dockerfile, or commit it`,
    );
  return folder;
}

/** Arguments of a build can be read in the image's history by everybody who may pull it. */
function refuseSecrets({ build: { service, args } }: BuildInput): void {
  const [name] = Object.entries(args).find(([, value]) => value.includes('{{secret:')) ?? [];
  if (name)
    throw badContext(
      service,
      `build.args.${name} holds a secret, which would stand in the image's history. Give it to the service when it runs`,
    );
}

const badContext = (service: string, what: string) => permanent({ kind: 'bad-build', service, message: what });
