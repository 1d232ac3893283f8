import type { Engine } from '../server/engine';
import { clientOf } from '../server/engine-client';
import { importImage } from './import-image';
import { inOneLine, PartMissing } from '../find/missing';
import { has, type Pull } from './pull';
import { postgresImage } from './postgres';
import { busyboxImage, nginxImage, nodeImage, traefikImage, type Recipe } from './recipes';

/** An image that the engine has: by this name. */
export interface Image {
  name: string;
  from: string;
}

/** The proxy, and a base with a shell, wget and httpd, for examples. */
export interface Images {
  proxy: Image;
  base: Image;
}

/** On an engine: finds, pulls or makes the images that windlass needs. Throws PartMissing. */
export async function prepareImages(engine: Engine, pull: Pull): Promise<Images> {
  const base = await prepare('images', engine, pull, busyboxImage);
  const proxy = await prepare('images', engine, pull, traefikImage);
  return { proxy, base };
}

/** The proxy alone, by the name that a worker is set to; where no hub gives that, made here. Throws PartMissing. */
export function prepareProxyImage(engine: Engine, pull: Pull, official: string): Promise<Image> {
  return prepare('proxy', engine, pull, { ...traefikImage, official });
}

/** Another proxy than Traefik. Throws PartMissing. */
export function prepareNginxImage(engine: Engine, pull: Pull): Promise<Image> {
  return prepare('nginx', engine, pull, nginxImage);
}

/** A base that runs Node, for examples: 100 MB, so made only where it is asked for. Throws PartMissing. */
export function prepareNodeImage(engine: Engine, pull: Pull): Promise<Image> {
  return prepare('node', engine, pull, nodeImage);
}

/** A database, for examples that keep data. Throws PartMissing. */
export function preparePostgresImage(engine: Engine, pull: Pull): Promise<Image> {
  return prepare('postgres', engine, pull, postgresImage);
}

async function prepare(
  part: 'images' | 'proxy' | 'nginx' | 'node' | 'postgres',
  engine: Engine,
  pull: Pull,
  recipe: Recipe,
): Promise<Image> {
  const client = clientOf(engine.host);
  if (await has(client, recipe.name)) return { name: recipe.name, from: 'the engine has it' };
  if (await pull(recipe.official)) return { name: recipe.official, from: `image ${recipe.official}` };
  try {
    const { files, from } = await recipe.gather();
    await importImage(client, recipe, files);
    return { name: recipe.name, from };
  } catch (error) {
    const tried = [`${recipe.official}: this engine reaches no hub`, `${recipe.name}: ${inOneLine(error)}`];
    throw new PartMissing(part, tried, `Let the engine reach a hub that has ${recipe.official}, or load that image.`);
  }
}
