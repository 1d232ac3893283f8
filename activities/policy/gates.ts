import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { ApprovalPolicy } from '../../src/model/approval/decision';
import { findEnvironment } from '../../src/model/environment/find';
import { gatesOf } from '../../src/model/approval/gate';
import { policyGates, policyOperators, type Where } from '../../src/policy/judge/rules-for';
import type { Policy } from '../../src/policy/schema';
import type { OperationDeps } from '../rollout/context';

/** How long a decision is awaited where no manifest says it. */
const DECIDED_WITHIN_MS = 7 * 86_400_000;

interface Changing extends Where {
  /** As the current release has the environment; undefined where none was there. */
  before: EnvironmentRecord | undefined;
  after: EnvironmentRecord | undefined;
}

/** Every gate that a release must pass, and those among them that stand in neither release. */
export async function findGates(
  policy: Policy | undefined,
  deps: Pick<OperationDeps, 'neededElsewhere' | 'loadRecord'>,
  { app, environment, before, after }: Changing,
): Promise<{ gates: ApprovalPolicy[]; others: ApprovalPolicy[] }> {
  const timeoutMs = after?.approval?.timeoutMs ?? DECIDED_WITHIN_MS;
  const ofPolicy = policy ? policyGates(policy, { app, environment }).map((gate) => ({ ...gate, timeoutMs })) : [];
  const others = [...ofPolicy, ...(before ? [] : await gatesElsewhere(deps, { app, environment }))];
  return { gates: gatesOf(before?.approval, after?.approval, others), others: gatesOf(undefined, undefined, others) };
}

async function gatesElsewhere(
  { neededElsewhere, loadRecord }: Pick<OperationDeps, 'neededElsewhere' | 'loadRecord'>,
  { app, environment }: Where,
): Promise<ApprovalPolicy[]> {
  const kept = await neededElsewhere(app, environment);
  const current = kept.filter(({ isCurrent }) => isCurrent);
  const gates = current.map(async (one) => findEnvironment(await loadRecord(one.record), one.environment)?.approval);
  return (await Promise.all(gates)).filter((gate) => gate !== undefined);
}

/** Who may operate an environment: those of the release, as far as the policy has them; else those of the policy. */
export function findOperators(policy: Policy | undefined, where: Where, listed: string[]): string[] {
  const allowed = policy && policyOperators(policy, where);
  if (!allowed) return listed;
  const both = listed.filter((name) => allowed.includes(name));
  return both.length > 0 ? both : allowed;
}
