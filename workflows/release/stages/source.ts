import type { Draft } from '../../../src/manifest/record/record';
import { waitsForLess } from '../../shared/patches';
import { slow } from '../../shared/activities';
import type { ReleaseRun } from '../release-run';

/** The worker fetches the commit and reads the release from it. */
export async function readSource(run: ReleaseRun): Promise<Draft> {
  return await run.stage('source', undefined, async (stage) => {
    const draft = await slow.readSource.executeWithOptions(
      { summary: `commit ${run.request.source.commit.slice(0, 10)}` },
      [run.request],
    );
    run.registry = draft.registry;
    run.environments = draft.environments;
    run.started = draft.signed;
    run.warn(draft.warnings);
    stage.detail = `${draft.commit.sha.slice(0, 10)} "${draft.commit.subject}" by ${draft.commit.author}`;
    const { signed } = draft;
    const started = { kind: 'release-started', commit: draft.commit.subject, ...(signed && { signed }) } as const;
    if (waitsForLess()) run.announceInPassing(started);
    else await run.announce(started);
    return draft;
  });
}
