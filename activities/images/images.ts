import type { Source } from '../../src/model/release';
import { limiter } from '../drivers/bounded';
import { connectEngine } from '../drivers/docker/connect';
import type { Engine } from '../drivers/docker/engine';
import { currentWatch } from '../heartbeat';
import { naming } from '../naming';
import { SecretReader } from '../secrets';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { withoutSecrets } from '../secrets/without-secrets';
import { buildImage } from './build';
import { pushImage } from './push';
import { resolveImage } from './resolve';

export interface ImageDeps {
  settings: Pick<Settings, 'installation' | 'dockerHost' | 'buildsAtOnce' | 'buildxCommand'>;
  checkout(source: Source, app: string): Promise<string>;
}

type ImageActivities = Pick<Activities, 'buildImage' | 'pushImage' | 'resolveImage'>;

/** The activities that make images on the worker's own engine, at most `settings.buildsAtOnce` builds in parallel. */
export function createImageActivities({ settings, checkout }: ImageDeps): ImageActivities {
  const builder = (): Engine => connectEngine({ name: 'builder', address: 'local' }, settings);
  const limit = limiter(settings.buildsAtOnce);
  return {
    buildImage: (input) => {
      const reader = new SecretReader();
      const { watch, redacted } = withoutSecrets(currentWatch(), async () =>
        (await Promise.all((input.secrets ?? []).map((sources) => reader.known(sources)))).flatMap(
          ({ values }) => values,
        ),
      );
      const build = () => buildImage(input, { engine: builder(), settings, checkout }, watch);
      return naming({ operation: 'build', service: input.build.service }, () =>
        limit(build, watch.signal).catch(async (error: unknown) => {
          throw await redacted(error);
        }),
      );
    },
    pushImage: (input) =>
      naming({ operation: 'push', service: input.build.service }, () =>
        pushImage(input, builder(), settings.installation, currentWatch()),
      ),
    resolveImage: (input) =>
      naming({ operation: 'resolve image of', service: input.service }, () => resolveImage(input, builder())),
  };
}
