import type { BuildInput, BuildResult, Draft } from '../../activities/types';
import { build } from '../proxies';
import type { Run } from '../run';
import { together } from '../together';

export type Builds = { input: BuildInput; result: BuildResult }[];

/** Builds every service side by side; the worker bounds how many at a time. What CI gave is not built. */
export async function buildImages(run: Run, draft: Draft): Promise<Builds> {
  const { app, release, source, images = {}, fresh } = run.request;
  const builds = draft.builds.filter(({ service }) => !images[service]);
  return await run.stage('build', undefined, async (stage) => {
    stage.detail = builds.length === 0 ? 'nothing to build: images were given' : undefined;
    return await together(
      builds.map((spec) => async () => {
        const input: BuildInput = {
          app,
          release,
          source,
          createdAt: run.startedAt,
          registry: draft.registry,
          build: spec,
          fresh,
        };
        const work = () => build.buildImage.executeWithOptions({ summary: `build ${spec.service}` }, [input]);
        const result = await run.step(stage, `build ${spec.service}`, work, (built) =>
          'artifact' in built ? 'in the registry already' : '',
        );
        return { input, result };
      }),
    );
  });
}
