import type { Artifact, Draft } from '../../activities/types';
import { build } from '../proxies';
import type { Run } from '../run';
import { together } from '../together';
import type { Builds } from './build';

/** From here on only digests travel: what was built is pushed, what was given is verified, what has a tag is pinned. */
export async function pushImages(run: Run, draft: Draft, builds: Builds): Promise<Record<string, Artifact>> {
  const given = Object.entries(run.request.images ?? {}).map(([service, reference]) => ({
    service,
    reference,
    origin: 'given' as const,
  }));
  const tagged = Object.entries(draft.images).map(([service, reference]) => ({
    service,
    reference,
    origin: 'resolved' as const,
  }));
  return await run.stage('push', undefined, async (stage) => {
    const pushes = builds.map(({ input, result }) => async (): Promise<[string, Artifact]> => {
      const { service } = input.build;
      if ('artifact' in result) return [service, result.artifact];
      const work = () =>
        build.pushImage.executeWithOptions({ summary: `push ${service}` }, [{ ...input, imageId: result.imageId }]);
      return [service, await run.step(stage, `push ${service}`, work, digest)];
    });
    const pins = [...given, ...tagged].map((image) => async (): Promise<[string, Artifact]> => {
      const word = image.origin === 'given' ? 'verify' : 'pin';
      const work = () =>
        build.resolveImage.executeWithOptions({ summary: `${word} ${image.service}` }, [
          { registry: draft.registry, ...image },
        ]);
      return [image.service, await run.step(stage, `${word} ${image.service}`, work, digest)];
    });
    return Object.fromEntries(await together([...pushes, ...pins]));
  });
}

const digest = ({ image }: Artifact) => image.replace(/^.*@(sha256:.{12}).*$/, '$1');
