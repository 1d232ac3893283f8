import type { EnvironmentRecord } from '../../activities/types';
import type { ApprovedPlan } from '../../src/model/environment';
import type { RecordRef } from '../../src/model/release';
import type { FullPlan } from '../gate';
import { planRelease } from '../plan';
import { short } from '../proxies';
import { Ended } from '../ended';
import type { Run } from '../run';

/** Asks the approvers of the environment to decide on exactly what will be done; undefined where nobody is to be asked. */
export async function approve(
  run: Run,
  record: RecordRef,
  environment: EnvironmentRecord,
): Promise<ApprovedPlan | undefined> {
  const { approval: policy, name } = environment;
  if (!policy) return undefined;
  return await run.stage(`approve ${name}`, name, async (stage) => {
    const question = { environment: name, policy, startedBy: run.request.startedBy };
    const approved = await run.gate.ask(question, () => plan(run, record, name));
    stage.detail = `plan ${approved.hash}`;
    return approved;
  });
}

async function plan(run: Run, record: RecordRef, environment: string): Promise<FullPlan> {
  const { app } = run.request;
  const state = await short.readEnvironment.executeWithOptions({ summary: `what runs on ${environment}` }, [
    { app, environment },
  ]);
  const planned = await planRelease({ app, environment, record }, state);
  if ('refused' in planned) throw new Ended('failed', planned.refused);
  return planned;
}
