import { allows } from './findings';
import { TARGETS, targetAddress } from './judge';
import { matches } from '../pattern';
import { needsSignatures, rulesFor, rulesForApp, type Where } from './rules-for';
import type { Policy, Rule } from '../schema';

/** May an environment whose decisions are signed be on this host? A rule may give the host, and another one ask for signatures. */
export function signedThere({ rules }: Policy, address: string): boolean {
  const giving = rules.filter((rule, index) => allows([{ rule, index }], TARGETS, targetAddress(address)));
  return giving.some((one) => rules.some((other) => other.signed && mayBothMatch(one, other)));
}

/** Are the decisions on this environment signed, and may it be on this host? */
export const signsTarget = (policy: Policy, where: Where, address: string): boolean =>
  needsSignatures(policy, where) && allows(rulesFor(policy, where), TARGETS, targetAddress(address));

const mayBothMatch = (one: Rule, other: Rule): boolean =>
  overlap(one.apps, other.apps) && overlap(one.environments, other.environments);

const overlap = (some: string[], others: string[]): boolean =>
  some.some((a) => others.some((b) => matches(a, b) || matches(b, a) || (a.includes('*') && b.includes('*'))));

/** Who may operate an environment of the application whose decisions are signed; empty where the policy leaves that to the manifest. */
export function operatorsWhereSigned(policy: Policy, app: string): string[] {
  const rules = rulesForApp(policy, app).map(({ rule }) => rule);
  const signed = rules.filter((rule) => rule.signed);
  const theirs = rules.filter((one) => signed.some((other) => overlap(one.environments, other.environments)));
  return [...new Set(theirs.flatMap(({ operators }) => operators ?? []))];
}
