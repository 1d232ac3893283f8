import type { Artifact, Draft } from '../../../src/manifest/record/record';
import { slow } from '../../shared/activities';
import type { ReleaseRun } from '../release-run';
import { allOrCancel } from '../../shared/all-or-cancel';
import type { Builds } from './build';

/** Pushes built images, verifies given ones and pins tags. From here on only digests travel. */
export async function pushImages(run: ReleaseRun, draft: Draft, builds: Builds): Promise<Record<string, Artifact>> {
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
        slow.pushImage.executeWithOptions({ summary: `push ${service}` }, [{ ...input, imageId: result.imageId }]);
      return [service, await run.step(stage, `push ${service}`, work, digest)];
    });
    const pins = [...given, ...tagged].map((image) => async (): Promise<[string, Artifact]> => {
      const word = image.origin === 'given' ? 'verify' : 'pin';
      const work = () =>
        slow.resolveImage.executeWithOptions({ summary: `${word} ${image.service}` }, [
          { registry: draft.registry, ...image },
        ]);
      return [image.service, await run.step(stage, `${word} ${image.service}`, work, digest)];
    });
    return Object.fromEntries(await allOrCancel([...pushes, ...pins]));
  });
}

const digest = ({ image }: Artifact) => image.replace(/^.*@(sha256:.{12}).*$/, '$1');
