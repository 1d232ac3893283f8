import type { Readable } from 'node:stream';
import type { ImageInfo } from 'dockerode';
import { transient } from '../errors';
import { endWith } from './dial';
import type { Engine, Login, Watch } from './engine';
import { classifyText } from './errors';
import { ask, askUnless, type Host } from './host';
import { describeMessage, followProgress, type ProgressMessage } from './progress';
import { splitReference } from './reference';

type Images = Pick<
  Engine,
  | 'imageId'
  | 'imageHealthcheck'
  | 'pullImage'
  | 'tagImage'
  | 'pushImage'
  | 'removeImage'
  | 'listImages'
  | 'resolveDigest'
>;

/** The images of a host. */
export const imagesOf = (host: Host): Images => ({
  imageId: async (reference) => (await inspect(host, reference))?.Id,
  imageHealthcheck: (reference) => healthcheck(host, reference),
  pullImage: (reference, auth, watch) => pull(host, reference, auth, watch),
  tagImage: (id, repository, tag) => tagImage(host, id, repository, tag),
  pushImage: (repository, tag, auth, watch) => push(host, repository, tag, auth, watch),
  removeImage: (reference) => remove(host, reference),
  listImages: (prefix) => list(host, prefix),
  resolveDigest: (reference, auth) => resolveDigest(host, reference, auth),
});

const inspect = (host: Host, reference: string) =>
  askUnless(host, [404], `look for image ${reference}`, () => host.docker.getImage(reference).inspect());

async function healthcheck(host: Host, reference: string) {
  const image = await ask(host, `read image ${reference}`, () => host.docker.getImage(reference).inspect());
  const test = (image.Config as { Healthcheck?: { Test?: string[] } }).Healthcheck?.Test;
  return test && test.length > 0 && test[0] !== 'NONE' ? { test } : undefined;
}

async function pull(host: Host, reference: string, auth: Login | undefined, watch: Watch = {}): Promise<void> {
  if (await inspect(host, reference)) return;
  const doing = `pull ${reference}`;
  const { repository, tag, digest } = splitReference(reference);
  // Without a tag the engine would pull all that there are.
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

/** Carries out a pull or push and fails with what the stream says. */
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
    message: `${doing}: the engine of ${host.name} stopped telling how it goes before it was done. Check that it was not restarted`,
  });

async function tagImage(host: Host, id: string, repository: string, tag: string): Promise<void> {
  await ask(host, `tag ${id} as ${repository}:${tag}`, () => host.docker.getImage(id).tag({ repo: repository, tag }));
}

async function remove(host: Host, reference: string): Promise<void> {
  // 409: a container uses it, so it stays.
  await askUnless(host, [404, 409], `remove image ${reference}`, () => host.docker.getImage(reference).remove());
}

async function list(host: Host, prefix: string): Promise<string[]> {
  const images: ImageInfo[] = await ask(host, 'list images', () => host.docker.listImages());
  const digests = images.flatMap((image) => image.RepoDigests ?? []);
  return digests.filter((digest) => digest.startsWith(`${prefix}/`) || digest.startsWith(`${prefix}@`)).sort();
}

async function resolveDigest(host: Host, reference: string, auth: Login | undefined): Promise<string> {
  const options = auth && { authconfig: auth };
  const found = await ask(host, `look up ${reference} in its registry`, () =>
    host.docker.getImage(reference).distribution(options),
  );
  return (found as { Descriptor: { digest: string } }).Descriptor.digest;
}
