import type { BuildInput, BuildResult } from '../../../activities/types';
import type { Draft } from '../../../src/manifest/record/record';
import { slow } from '../../shared/activities';
import type { ReleaseRun } from '../release-run';
import { allOrCancel } from '../../shared/all-or-cancel';

export type Builds = { input: BuildInput; result: BuildResult }[];

/** Builds all services in parallel, up to the worker's limit. Images from CI are not built. */
export async function buildImages(run: ReleaseRun, draft: Draft): Promise<Builds> {
  const { app, release, source, images = {}, fresh } = run.request;
  const builds = draft.builds.filter(({ service }) => !images[service]);
  return await run.stage('build', undefined, async (stage) => {
    stage.detail = builds.length === 0 ? 'nothing to build: images were given' : undefined;
    return await allOrCancel(
      builds.map((spec) => async () => {
        const input: BuildInput = {
          app,
          release,
          source,
          createdAt: run.startedAt,
          registry: draft.registry,
          build: spec,
          fresh,
          secrets: draft.environments.map(({ secrets }) => secrets),
        };
        const work = () => slow.buildImage.executeWithOptions({ summary: `build ${spec.service}` }, [input]);
        const result = await run.step(stage, `build ${spec.service}`, work, (built) =>
          'artifact' in built ? 'already in the registry' : '',
        );
        return { input, result };
      }),
    );
  });
}
