import type { Artifact, Draft } from '../../../src/manifest/record/record';
import type { RecordRef } from '../../../src/model/release';
import { short } from '../../shared/activities';
import type { ReleaseRun } from '../release-run';

/** Stores what this release's rollouts and rollbacks need. */
export async function storeRecord(
  run: ReleaseRun,
  draft: Draft,
  artifacts: Record<string, Artifact>,
): Promise<RecordRef> {
  const { release, startedBy } = run.request;
  return await run.stage('record', undefined, async (stage) => {
    const { record } = await short.storeRelease.executeWithOptions({ summary: `record ${release}` }, [
      { draft, release, artifacts, startedBy, createdAt: run.startedAt },
    ]);
    await run.announced();
    stage.detail = record.digest.slice(0, 19);
    run.recorded(record);
    return record;
  });
}
