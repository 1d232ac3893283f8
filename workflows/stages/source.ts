import type { Draft } from '../../activities/types';
import { waitsForLess } from '../patches';
import { build } from '../proxies';
import type { Run } from '../run';

/** The worker fetches the commit and reads what is to be released from it. */
export async function readSource(run: Run): Promise<Draft> {
  const { app, release, startedBy } = run.request;
  return await run.stage('source', undefined, async (stage) => {
    const draft = await build.readSource.executeWithOptions(
      { summary: `commit ${run.request.source.commit.slice(0, 10)}` },
      [run.request],
    );
    run.registry = draft.registry;
    run.environments = draft.environments;
    run.warn(draft.warnings);
    stage.detail = `${draft.commit.sha.slice(0, 10)} "${draft.commit.subject}" by ${draft.commit.author}`;
    const started = {
      kind: 'release-started',
      by: startedBy,
      what: `${app} ${release}: ${draft.commit.subject}`,
    } as const;
    if (waitsForLess()) run.writeInPassing(started);
    else await run.write(started);
    return draft;
  });
}
