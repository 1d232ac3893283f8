import { ApplicationFailure } from '@temporalio/workflow';
import type { Artifact } from '../src/manifest/record/record';
import type { ReleaseRequest, ReleaseStatus } from '../src/model/release';
import type { ReleaseProgress } from '../src/model/environment/progress';
import { ReleaseRun } from './release/release-run';
import { approve } from './release/stages/approve';
import { buildImages } from './release/stages/build';
import { promote } from './release/stages/promote';
import { pushImages } from './release/stages/push';
import { readSource } from './release/stages/source';
import { storeRecord } from './release/stages/record';

/** One release of one commit, from its source through every environment in order. */
export async function release(request: ReleaseRequest): Promise<ReleaseProgress> {
  const run = new ReleaseRun(request);
  const status = await run.guard(async () => {
    const draft = await readSource(run);
    const builds = await buildImages(run, draft);
    const artifacts: Record<string, Artifact> = await pushImages(run, draft, builds);
    const record = await storeRecord(run, draft, artifacts);
    for (const environment of draft.environments)
      for (let taken = false; !taken;) {
        const approved = await approve(run, record, environment);
        taken = await promote(run, record, environment, approved);
      }
  });
  return end(status, run.report());
}

/** Only success is green in Temporal's UI; anything else fails with the reason in one sentence. */
function end(status: ReleaseStatus, report: ReleaseProgress): ReleaseProgress {
  if (status === 'done') return report;
  throw ApplicationFailure.create({
    nonRetryable: true,
    type: status,
    message: report.failure?.message ?? status,
    details: [report],
  });
}
