import type { Policy } from '../../src/policy/schema';
import { needsSignatures, rulesForApp } from '../../src/policy/judge/rules-for';
import type { Signing } from '../../src/model/approval/statement';
import { parseKeyLine } from '../../src/model/approval/ssh-signature';
import { readPolicy } from '../policy';
import { fingerprintOf } from './ssh-keys';
import type { People } from './verify-statement';

/** What the policy says of decisions that must be signed. */
export interface SigningTerms {
  people: People;
}

/** The terms for an environment, or for an application in any of them; undefined where no signature is wanted. */
export const readTerms = async (app: string, environment?: string): Promise<SigningTerms | undefined> =>
  termsOf((await readPolicy())?.policy, app, environment);

export function termsOf(policy: Policy | undefined, app: string, environment?: string): SigningTerms | undefined {
  if (!policy) return undefined;
  const isWanted =
    environment === undefined
      ? rulesForApp(policy, app).some(({ rule }) => rule.signed)
      : needsSignatures(policy, { app, environment });
  return isWanted ? { people: policy.people } : undefined;
}

/** Who can sign, for those who have to. */
export const signingOf = ({ people }: SigningTerms): Signing => ({
  keys: Object.fromEntries(
    Object.entries(people).map(([name, lines]) => [name, lines.map((line) => fingerprintOf(parseKeyLine(line)))]),
  ),
});
