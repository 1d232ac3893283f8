import type { Source } from '../../src/model/release';
import { limiter } from '../drivers/bounded';
import { connectEngine } from '../drivers/docker/connect';
import type { Engine } from '../drivers/docker/engine';
import { currentWatch } from '../heartbeat';
import { naming } from '../naming';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { buildImage } from './build';
import { pushImage } from './push';
import { resolveImage } from './resolve';

export interface ImageDeps {
  settings: Pick<Settings, 'dockerHost' | 'buildsAtOnce' | 'buildxCommand'>;
  /** The folder with a commit's files. */
  checkout(source: Source): Promise<string>;
}

type ImageActivities = Pick<Activities, 'buildImage' | 'pushImage' | 'resolveImage'>;

/** The activities that make images, on the worker's own engine; at most `settings.buildsAtOnce` builds at a time. */
export function createImageActivities({ settings, checkout }: ImageDeps): ImageActivities {
  const builder = (): Engine => connectEngine({ name: 'builder', address: 'local' }, settings);
  const limit = limiter(settings.buildsAtOnce);
  return {
    buildImage: (input) => {
      const watch = currentWatch();
      const build = () => buildImage(input, { engine: builder(), settings, checkout }, watch);
      return naming({ operation: 'build', service: input.build.service }, () => limit(build, watch.signal));
    },
    pushImage: (input) =>
      naming({ operation: 'push', service: input.build.service }, () => pushImage(input, builder(), currentWatch())),
    resolveImage: (input) =>
      naming({ operation: 'resolve image of', service: input.service }, () => resolveImage(input, builder())),
  };
}
