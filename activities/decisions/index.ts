import type { ReleaseRequest } from '../../src/model/release';
import { stateStart } from '../../src/model/approval/statement-parts';
import type { Signature, SignedStatement, Statement } from '../../src/model/approval/statement';
import type { Policy } from '../../src/policy/schema';
import { readPolicy } from '../policy';
import { permanent } from '../drivers/errors';
import type { Settings } from '../settings';
import type { Activities } from '../types';
import { readTerms, signingOf, termsOf } from './terms';
import { type People, verifyStatement } from './verify-statement';

/** Decisions as they arrive: what the policy wants signed counts only when it is. */
export function createDecisionActivities({
  installation,
}: Pick<Settings, 'installation'>): Pick<Activities, 'checkStatement' | 'readSigning'> {
  return {
    async checkStatement({ statement, signed }) {
      return checkSigned((await readPolicy())?.policy, { ...statement, installation }, signed);
    },
    async readSigning({ app, environment }) {
      const terms = await readTerms(app, environment);
      return terms ? { signing: signingOf(terms) } : {};
    },
  };
}

/** The statement with its signature where the policy wants one. Permanent failure (kind `not-signed`) as below. */
export function checkSigned(
  policy: Policy | undefined,
  statement: Statement,
  signed: Signature | undefined,
): { signed?: SignedStatement } {
  const terms = termsOf(policy, statement.app, statement.environment || undefined);
  return terms ? { signed: requireSigned(statement, signed, terms.people) } : {};
}

/** What the starter of a release has signed; undefined where the policy wants no signature. Permanent failure (kind `not-signed`) as below. */
export async function requireStart(
  installation: string,
  request: ReleaseRequest,
): Promise<SignedStatement | undefined> {
  const terms = await readTerms(request.app);
  if (!terms) return undefined;
  const { nonce = '', expires = '' } = request.signed ?? {};
  return requireSigned(stateStart(installation, request, { nonce, expires }), request.signed, terms.people);
}

/** The statement with its signature. Permanent failure (kind `not-signed`) when it is none of the person's that it names, or over. */
export function requireSigned(statement: Statement, signed: Signature | undefined, people: People): SignedStatement {
  if (!signed) throw notSigned(unsigned(statement, people));
  const { nonce, expires, signature } = signed;
  // The statement has the nonce of the question, where there is one.
  if (statement.nonce !== nonce)
    throw notSigned(`the signature of ${statement.by} is for another question. Sign the one that is open now`);
  const whole = { ...statement, expires, signature };
  const verified = verifyStatement(whole, people, Date.now());
  if ('refused' in verified) throw notSigned(`${verified.refused}. ${AGAIN}`);
  return whole;
}

function unsigned({ by, decision }: Statement, people: People): string {
  const known = Object.keys(people).join(', ') || 'nobody';
  return `${decision} by ${by} is not signed, and the policy takes it with a signature only, of ${known}. ${AGAIN}`;
}

const AGAIN =
  'Decide with the windlass command, which signs with --key FILE, WINDLASS_SIGNING_KEY, git’s user.signingkey or a key of your agent';

const notSigned = (message: string) => permanent({ kind: 'not-signed', message });
