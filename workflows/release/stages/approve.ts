import type { Unreached } from '../../../activities/types';
import type { EnvironmentRecord } from '../../../src/manifest/record/record';
import type { ApprovedPlan } from '../../../src/model/environment/environment';
import { shortHash } from '../../../src/model/approval/plan-hash';
import type { RecordRef } from '../../../src/model/release';
import { lookAt } from '../../../src/model/approval/question';
import { answersAbout } from '../../../src/plan/exclude';
import type { FullPlan } from '../full-plan';
import { now } from '../../shared/announce';
import { planOrAsk } from '../../shared/planning';
import { short } from '../../shared/activities';
import { Ended } from '../ended';
import type { ReleaseRun } from '../release-run';

/** Asks the environment's approvers about the exact plan; undefined where no approval is needed. */
export async function approve(
  run: ReleaseRun,
  record: RecordRef,
  environment: EnvironmentRecord,
): Promise<ApprovedPlan | undefined> {
  const { name } = environment;
  // A release without a gate of its own learns of the current release's gate from the environment.
  const policy = environment.approval ?? run.gates.get(name)?.[0];
  if (!policy) return undefined;
  return await run.stage(`approve ${name}`, name, async (stage) => {
    const question = { environment: name, policy, startedBy: run.request.startedBy };
    const approved = await run.gate.ask(
      question,
      record,
      () => plan(run, record, name),
      () => planIfReached(run, record, name),
    );
    stage.detail = `plan ${shortHash(approved.hash)}`;
    return approved;
  });
}

/** A host that does not answer is asked about first, so that nobody approves an impossible plan. */
async function plan(run: ReleaseRun, record: RecordRef, environment: string): Promise<FullPlan> {
  for (;;) {
    const planned = await look(run, record, environment);
    if (!('unreached' in planned)) return planned;
    const { unreached, host, canDoWithout, operators: of } = planned;
    const question = { step: lookAt(host), failure: unreached, answers: answersAbout(host, canDoWithout), of };
    const { answer, by, reason } = await run.askOperator(environment, question);
    if (answer === 'rollback') throw new Ended('failed', unreached);
    if (answer === 'exclude-host') run.leaveOut(environment, { host, by, reason, at: now() });
  }
}

async function planIfReached(run: ReleaseRun, record: RecordRef, environment: string): Promise<FullPlan | undefined> {
  const planned = await look(run, record, environment);
  return 'unreached' in planned ? undefined : planned;
}

async function look(run: ReleaseRun, record: RecordRef, environment: string): Promise<FullPlan | Unreached> {
  const { app, acceptEmpty } = run.request;
  const state = await short.readEnvironment.executeWithOptions({ summary: `what runs in ${environment}` }, [
    { app, environment },
  ]);
  const excluded = run.leftOut(environment).map(({ host }) => host);
  const planned = await planOrAsk({ app, environment, record, excluded, acceptEmpty }, state);
  if ('refused' in planned) throw new Ended('failed', planned.refused);
  return planned;
}
