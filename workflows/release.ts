import { ApplicationFailure } from '@temporalio/workflow';
import type { Artifact } from '../activities/types';
import type { ReleaseRequest, ReleaseStatus } from '../src/model/release';
import type { ReleaseProgress } from '../src/model/progress';
import { Run } from './run';
import { approve } from './stages/approve';
import { buildImages } from './stages/build';
import { promote } from './stages/promote';
import { pushImages } from './stages/push';
import { readSource } from './stages/source';
import { storeRecord } from './stages/record';

/** One release of one commit: from its source, through every environment in order. */
export async function release(request: ReleaseRequest): Promise<ReleaseProgress> {
  const run = new Run(request);
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

/** Only what succeeded is green in Temporal's UI; the rest fails with the reason in one sentence. */
function end(status: ReleaseStatus, report: ReleaseProgress): ReleaseProgress {
  if (status === 'done') return report;
  throw ApplicationFailure.create({
    nonRetryable: true,
    type: status,
    message: report.failure?.message ?? status,
    details: [report],
  });
}
