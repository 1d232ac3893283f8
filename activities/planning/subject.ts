import type { EnvironmentRecord, ReleaseRecord } from '../../src/manifest/record/record';
import { findEnvironment } from '../../src/model/environment/find';
import { type EnvironmentRef, projectName } from '../../src/model/names';
import type { RecordRef } from '../../src/model/release';
import type { Target } from '../../src/model/target';
import type { Policy } from '../../src/policy/schema';
import { type PolicyInForce, readPolicy } from '../policy';
import type { RolloutDeps } from '../rollout/deps';
import type { PlanInput } from '../types';

/** The records of a rollout, and the policy. It is read once, so that one plan never follows two versions of it. */
export interface Subject {
  input: PlanInput;
  place: EnvironmentRef;
  inForce?: PolicyInForce;
  policy?: Policy;
  wanted?: ReleaseRecord;
  current?: ReleaseRecord;
  left?: ReleaseRecord;
  /** The environment in the current and in the wanted release. */
  before?: EnvironmentRecord;
  after?: EnvironmentRecord;
  /** The targets of all three releases. */
  targets: Target[];
  project: string;
}

export async function loadSubject(deps: RolloutDeps, input: PlanInput): Promise<Subject> {
  const { app, environment } = input;
  const load = async (ref: RecordRef | undefined) => ref && (await deps.loadRecord(ref));
  const [wanted, current, left] = await Promise.all([load(input.record), load(input.current), load(input.left)]);
  const records = [wanted, current, left].map((one) => one && findEnvironment(one, environment));
  const [after, before] = records;
  const targets = new Map(records.flatMap((one) => one?.targets ?? []).map((target) => [target.name, target]));
  const inForce = await readPolicy();
  return {
    input,
    place: { installation: deps.settings.installation, app, environment },
    inForce,
    policy: inForce?.policy,
    wanted,
    current,
    left,
    before,
    after,
    targets: [...targets.values()],
    project: records.find((one) => one)?.project ?? projectName(app, environment),
  };
}
