import type { ApprovalPolicy } from './decision';

/**
 * The gates that a release must pass: its own, that of the release which is current, and others that no commit may change. All count,
 * so that no commit drops or weakens the gate that it is to pass itself. None where nothing asks for approval.
 */
export function gatesOf(
  current: ApprovalPolicy | undefined,
  next: ApprovalPolicy | undefined,
  others: ApprovalPolicy[] = [],
): ApprovalPolicy[] {
  const all = [next, current, ...others].filter((policy) => policy !== undefined);
  const isFirst = (policy: ApprovalPolicy, index: number) =>
    all.findIndex((one) => describeGate(one) === describeGate(policy)) === index;
  return all.filter(isFirst);
}

/** What an approver must know about a release that changes approvers or operators; otherwise empty. */
export function describeGateChange(before: Gated | undefined, after: Gated): string[] {
  if (!before) return [];
  const was = { approval: describeGate(before.approval), operators: describeOperators(before.operators) };
  const is = { approval: describeGate(after.approval), operators: describeOperators(after.operators) };
  return [
    ...(was.approval === is.approval
      ? []
      : [`the gate changes: ${was.approval} → ${is.approval}. Both apply to this release`]),
    ...(was.operators === is.operators ? [] : [`the operators change: ${was.operators} → ${is.operators}`]),
  ];
}

interface Gated {
  approval?: ApprovalPolicy;
  operators?: string[];
}

/** `approval by 2 of ana, ben`; the same gate in the same words. */
export function describeGate(policy: ApprovalPolicy | undefined): string {
  if (!policy) return 'no approval';
  const starter = policy.starterMay ? ', also by the starter' : '';
  return `approval by ${policy.count} of ${[...new Set(policy.from)].sort().join(', ')}${starter}`;
}

const describeOperators = (operators: string[] = []): string =>
  operators.length > 0 ? [...operators].sort().join(', ') : 'anybody';
