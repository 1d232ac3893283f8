import type { EnvironmentRecord, Unreached } from '../../activities/types';
import type { ApprovedPlan } from '../../src/model/environment';
import type { RecordRef } from '../../src/model/release';
import { lookAt } from '../../src/model/question';
import { answersAbout } from '../../src/plan/exclude';
import type { FullPlan } from '../gate';
import { now } from '../ledger';
import { planOrAsk } from '../plan';
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
    const approved = await run.gate.ask(
      question,
      () => plan(run, record, name),
      () => planIfReached(run, record, name),
    );
    stage.detail = `plan ${approved.hash}`;
    return approved;
  });
}

/** A host that does not answer is asked about before anybody is to approve what cannot be done. */
async function plan(run: Run, record: RecordRef, environment: string): Promise<FullPlan> {
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

async function planIfReached(run: Run, record: RecordRef, environment: string): Promise<FullPlan | undefined> {
  const planned = await look(run, record, environment);
  return 'unreached' in planned ? undefined : planned;
}

async function look(run: Run, record: RecordRef, environment: string): Promise<FullPlan | Unreached> {
  const { app } = run.request;
  const state = await short.readEnvironment.executeWithOptions({ summary: `what runs on ${environment}` }, [
    { app, environment },
  ]);
  const excluded = run.leftOut(environment).map(({ host }) => host);
  const planned = await planOrAsk({ app, environment, record, excluded }, state);
  if ('refused' in planned) throw new Ended('failed', planned.refused);
  return planned;
}
