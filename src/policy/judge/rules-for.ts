import type { ApprovalPolicy } from '../../model/approval/decision';
import type { EnvironmentRef } from '../../model/names';
import { matches } from '../pattern';
import type { Policy, Rule } from '../schema';

export type Where = Pick<EnvironmentRef, 'app' | 'environment'>;

/** A rule and its place in the file: `rules[INDEX]`. */
export interface Applying {
  rule: Rule;
  index: number;
}

/** The rules for an environment of an application; all of them hold together. */
export const rulesFor = (policy: Policy, { app, environment }: Where): Applying[] =>
  rulesForApp(policy, app).filter(({ rule }) => rule.environments.some((pattern) => matches(pattern, environment)));

/** The rules for any environment of an application. */
export const rulesForApp = (policy: Policy, app: string): Applying[] =>
  policy.rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.apps.some((pattern) => matches(pattern, app)));

/** Who must approve, whatever a manifest says: each of them. */
export type PolicyGate = Omit<ApprovalPolicy, 'timeoutMs'>;

/** The gates of an environment; none where the policy asks for no approval. */
export const policyGates = (policy: Policy, where: Where): PolicyGate[] =>
  rulesFor(policy, where).flatMap(({ rule: { approval } }) =>
    approval ? [{ from: approval.from, count: approval.count, starterMay: approval.starter === 'may' }] : [],
  );

/** Who may operate an environment; undefined where the policy leaves that to the manifest. */
export function policyOperators(policy: Policy, where: Where): string[] | undefined {
  const lists = rulesFor(policy, where).flatMap(({ rule: { operators } }) => (operators ? [operators] : []));
  return lists.length > 0 ? [...new Set(lists.flat())] : undefined;
}

/** Do decisions on an environment count only with a signature? */
export const needsSignatures = (policy: Policy, where: Where): boolean =>
  rulesFor(policy, where).some(({ rule }) => rule.signed);

/** The public keys of a person, `TYPE BASE64` each; none of a stranger. */
export const keysOfPerson = ({ people }: Policy, person: string): string[] =>
  Object.hasOwn(people, person) ? people[person]! : [];
