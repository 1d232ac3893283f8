import type { EnvironmentRecord } from '../../../../src/manifest/record/record';
import { type Content, contentsOf } from '../../../../src/model/kubernetes/contents';
import { metadataOf, ownLabels } from '../../../../src/model/kubernetes/labels';
import type { Manifest } from '../../../../src/model/kubernetes/objects';
import { configMapOf, secretOf } from '../../../../src/model/kubernetes/sets';
import type { Service } from '../../../../src/model/service';
import { hashContent } from '../../../secrets/secret-hashes';
import { contentOf } from '../../../engines/make';
import type { KubernetesContext } from '../context';

interface Owner {
  /** That of the set. */
  name: string;
  release: string;
  environment: EnvironmentRecord;
  service: Service;
}

const isAccessory = ({ service }: Owner) => service.kind === 'accessory';

/**
 * The service's Secret and ConfigMap. They cannot change, so a pod that starts again reads what it read before. Those of a release have
 * the set's name; those of an accessory, which outlives releases, a hash of their content besides.
 */
export async function placeContents(ctx: KubernetesContext, owner: Owner): Promise<{ secret: string; config: string }> {
  const { secret, config } = contentsOf(owner.service);
  return {
    secret: await place(ctx, owner, 'Secret', secret),
    config: await place(ctx, owner, 'ConfigMap', config),
  };
}

async function place(
  ctx: KubernetesContext,
  owner: Owner,
  kind: 'Secret' | 'ConfigMap',
  contents: Content[],
): Promise<string> {
  if (contents.length === 0) return owner.name;
  if (!isAccessory(owner) && (await ctx.space.get(kind, owner.name))) return owner.name;
  const made = await write(ctx, owner, kind, contents);
  await ctx.space.apply(made);
  return made.metadata.name;
}

/** As `placeContents` would make them, where there are any. No secret is read but an accessory's, whose hash is in the name. */
export async function describeContents(ctx: KubernetesContext, owner: Owner): Promise<Manifest[]> {
  const { secret, config } = contentsOf(owner.service);
  const readSecret = isAccessory(owner) ? read : async () => Buffer.from('');
  return [
    ...(secret.length > 0 ? [await write(ctx, owner, 'Secret', secret, readSecret)] : []),
    ...(config.length > 0 ? [await write(ctx, owner, 'ConfigMap', config)] : []),
  ];
}

async function write(
  ctx: KubernetesContext,
  owner: Owner,
  kind: 'Secret' | 'ConfigMap',
  contents: Content[],
  readOne: typeof read = read,
): Promise<Manifest> {
  const { settings, place: where } = ctx;
  const data = Object.fromEntries(
    await Promise.all(
      contents.map(async (one) => [one.key, (await readOne(ctx, owner, one)).toString('base64')] as const),
    ),
  );
  const hash = isAccessory(owner) ? await hashContent(settings, where, Buffer.from(JSON.stringify(data))) : undefined;
  const name = hash === undefined ? owner.name : `${owner.name}-${hash.slice(0, 10)}`;
  const words = {
    role: 'file' as const,
    service: owner.service.name,
    ...(!isAccessory(owner) && { release: owner.release }),
  };
  const metadata = metadataOf(where, name, ownLabels(where, words));
  return kind === 'Secret' ? secretOf(metadata, data) : configMapOf(metadata, data);
}

const read = async (
  ctx: KubernetesContext,
  { environment, release }: Owner,
  { text, file }: Content,
): Promise<Buffer> =>
  file ? contentOf(ctx, environment, file, release) : Buffer.from(await ctx.secrets.inText(text!, environment.secrets));
