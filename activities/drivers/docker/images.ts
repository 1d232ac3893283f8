import type { Readable } from 'node:stream';
import type { ImageInfo } from 'dockerode';
import { transient } from '../errors';
import { endWith } from './dial';
import type { Engine, FoundImage, Login, Watch } from './engine';
import { classifyText } from './errors';
import { ask, askUnless, type Host } from './host';
import { describeMessage, followProgress, type ProgressMessage } from './build/progress';
import { splitReference } from './reference';

type Images = Pick<
  Engine,
  | 'imageId'
  | 'imageVolumes'
  | 'imageLabels'
  | 'pullImage'
  | 'tagImage'
  | 'pushImage'
  | 'removeImage'
  | 'removeImageWhole'
  | 'listImages'
  | 'findImage'
>;

export const imagesOf = (host: Host): Images => ({
  imageId: async (reference) => (await inspect(host, reference))?.Id,
  imageVolumes: async (reference) => {
    const found = await inspect(host, reference);
    return found && Object.keys(found.Config.Volumes ?? {}).sort();
  },
  imageLabels: async (reference) => (await inspect(host, reference))?.Config.Labels ?? {},
  pullImage: (reference, auth, watch) => pull(host, reference, auth, watch),
  tagImage: (id, repository, tag) => tagImage(host, id, repository, tag),
  pushImage: (repository, tag, auth, watch) => push(host, repository, tag, auth, watch),
  removeImage: (reference) => remove(host, reference),
  removeImageWhole: (reference) => removeWhole(host, reference),
  listImages: (prefix) => list(host, prefix),
  findImage: (reference, auth, withinMs) => findImage(host, reference, auth, withinMs),
});

const inspect = (host: Host, reference: string) =>
  askUnless(host, [404], `look for image ${reference}`, () => host.docker.getImage(reference).inspect());

async function pull(host: Host, reference: string, auth: Login | undefined, watch: Watch = {}): Promise<void> {
  if (await inspect(host, reference)) return;
  const doing = `pull ${reference}`;
  const { repository, tag, digest } = splitReference(reference);
  // Without a tag the engine would pull all tags.
  const options = { fromImage: repository, tag: digest ?? tag ?? 'latest', abortSignal: watch.signal };
  await transfer(host, doing, watch, () => host.docker.createImage(auth ?? {}, options));
  if (!(await inspect(host, reference))) throw cutShort(host, doing);
}

async function push(
  host: Host,
  repository: string,
  tag: string,
  auth: Login | undefined,
  watch: Watch = {},
): Promise<string> {
  const doing = `push ${repository}:${tag}`;
  const options = { tag, authconfig: auth ?? {}, abortSignal: watch.signal } as object;
  let digest: string | undefined;
  const image = host.docker.getImage(repository);
  await transfer(
    host,
    doing,
    watch,
    () => image.push(options),
    ({ aux }) => {
      if (typeof aux === 'object') digest ??= aux.Digest;
    },
  );
  if (!digest) throw cutShort(host, doing);
  return digest;
}

/** Runs a pull or push, and fails with the error in its stream. */
async function transfer(
  host: Host,
  doing: string,
  watch: Watch,
  open: () => Promise<NodeJS.ReadableStream>,
  onMessage: (message: ProgressMessage) => void = () => {},
): Promise<void> {
  const { signal, onProgress } = watch;
  const whole = async () => {
    const stream = (await open()) as Readable;
    const release = endWith(signal, stream);
    const failed = await followProgress(stream, (message) => {
      onMessage(message);
      for (const line of describeMessage(message)) onProgress?.(line);
    }).finally(release);
    if (failed) throw classifyText(failed, { host: host.name, doing });
  };
  await ask(host, doing, whole, { withinMs: 0, signal });
}

const cutShort = (host: Host, doing: string) =>
  transient({
    kind: 'unreachable',
    host: host.name,
    message: `${doing}: the engine of ${host.name} broke off before it was done. Check that it was not restarted`,
  });

async function tagImage(host: Host, id: string, repository: string, tag: string): Promise<void> {
  await ask(host, `tag ${id} as ${repository}:${tag}`, () => host.docker.getImage(id).tag({ repo: repository, tag }));
}

async function remove(host: Host, reference: string): Promise<void> {
  // 409: a container uses it.
  await askUnless(host, [404, 409], `remove image ${reference}`, () => host.docker.getImage(reference).remove());
}

async function removeWhole(host: Host, reference: string): Promise<void> {
  const { repository } = splitReference(reference);
  const tags = (await inspect(host, reference))?.RepoTags ?? [];
  for (const tag of tags.filter((one) => splitReference(one).repository === repository)) await remove(host, tag);
  await remove(host, reference);
}

async function list(host: Host, prefix: string): Promise<string[]> {
  const images: ImageInfo[] = await ask(host, 'list images', () => host.docker.listImages());
  const digests = images.flatMap((image) => image.RepoDigests ?? []);
  return digests.filter((digest) => digest.startsWith(`${prefix}/`) || digest.startsWith(`${prefix}@`)).sort();
}

interface Distribution {
  Descriptor: { digest: string; mediaType?: string };
  Platforms?: { os?: string; architecture?: string }[] | null;
}

async function findImage(
  host: Host,
  reference: string,
  auth: Login | undefined,
  withinMs?: number,
): Promise<FoundImage> {
  const options = auth && { authconfig: auth };
  const look = () => host.docker.getImage(reference).distribution(options);
  const { Descriptor, Platforms } = (await ask(host, `look up ${reference} in its registry`, look, {
    withinMs,
  })) as Distribution;
  // Attestations are for unknown/unknown.
  const platforms = (Platforms ?? []).flatMap(({ os, architecture }) =>
    os && architecture && os !== 'unknown' ? [`${os}/${architecture}`] : [],
  );
  return {
    digest: Descriptor.digest,
    platforms: [...new Set(platforms)],
    isList: /\b(index|manifest\.list)\b/.test(Descriptor.mediaType ?? ''),
  };
}
