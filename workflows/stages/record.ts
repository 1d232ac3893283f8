import type { Artifact, Draft } from '../../activities/types';
import type { RecordRef } from '../../src/model/release';
import { short } from '../proxies';
import type { Run } from '../run';

/** Stores what every rollout and rollback of this release will need. */
export async function storeRecord(run: Run, draft: Draft, artifacts: Record<string, Artifact>): Promise<RecordRef> {
  const { release, startedBy } = run.request;
  return await run.stage('record', undefined, async (stage) => {
    const { record } = await short.storeRelease.executeWithOptions({ summary: `record ${release}` }, [
      { draft, release, artifacts, startedBy, createdAt: run.startedAt },
    ]);
    await run.written();
    stage.detail = record.digest.slice(0, 19);
    run.recorded(record);
    return record;
  });
}
