import { refuseOperator } from '../../src/model/approval/operators';
import { detailOfBootstrap, detailOfCleaning } from '../../src/model/approval/statement-parts';
import { type Signature, type SignedStatement, type Statement, stateThat } from '../../src/model/approval/statement';
import { connectionsOf, type Target } from '../../src/model/target';
import { operatorsWhereSigned, signedThere, signsTarget } from '../../src/policy/judge/signed';
import { needsSignatures, policyOperators, rulesForApp } from '../../src/policy/judge/rules-for';
import type { Policy } from '../../src/policy/schema';
import { permanent } from '../drivers/errors';
import { readPolicy } from '../policy';
import type { AskedBootstrap, AskedCleaning } from '../types';
import { requireSigned } from '.';

/** What belongs to no rollout, and stops or removes something all the same: an operator signs it where the policy wants signatures. */

/**
 * A proxy serves every environment on its host, so it is replaced for one whose decisions are signed if there may be one. Permanent
 * failure (kinds `not-signed`, `not-an-operator`, `not-allowed`).
 */
export async function requireBootstrap(
  installation: string,
  host: Target,
  asked: AskedBootstrap | undefined,
): Promise<void> {
  const { policy } = (await readPolicy()) ?? {};
  if (!policy) return;
  const addresses = addressesOf(host);
  const { app = '', environment = '', steps = [], by = '', signed } = asked ?? {};
  const where = { app, environment };
  if (!needsSignatures(policy, where) && !addresses.some((address) => signedThere(policy, address))) return;
  const isAsked = steps.some((step) => addressesOf(step.host).join() === addresses.join());
  if (!isAsked || !addresses.every((address) => signsTarget(policy, where, address)))
    throw permanent({
      kind: 'not-allowed',
      message: `${addresses.join(', ')} may serve environments whose decisions are signed, and ${environment} of ${app} is none there. Ask for one of them: windlass bootstrap ENVIRONMENT`,
    });
  const said = { ...where, decision: 'bootstrap', detail: detailOfBootstrap(steps), by } as const;
  requireOperator(policy, policyOperators(policy, where), said, installation, signed);
}

const addressesOf = (host: Target): string[] => connectionsOf(host).map(({ address }) => address);

/** No environment of the application can return to what is removed. Fails as above; what was signed, if it must be. */
export async function requireCleaning(
  installation: string,
  asked: AskedCleaning,
): Promise<SignedStatement | undefined> {
  const { policy } = (await readPolicy()) ?? {};
  const { app, by, signed } = asked;
  if (!policy || !rulesForApp(policy, app).some(({ rule }) => rule.signed)) return undefined;
  const said = { app, decision: 'clean', detail: detailOfCleaning(asked), by } as const;
  return requireOperator(policy, operatorsWhereSigned(policy, app), said, installation, signed);
}

function requireOperator(
  { people }: Policy,
  operators: string[] = [],
  said: Partial<Statement> & Pick<Statement, 'app' | 'decision' | 'by'>,
  installation: string,
  signed: Signature | undefined,
): SignedStatement {
  const { nonce = '', expires = '' } = signed ?? {};
  const statement = stateThat({ reason: '', ...said, installation, nonce, expires });
  const verified = requireSigned(statement, signed, people);
  const message = refuseOperator(said.by, operators, `of ${said.environment || said.app}`);
  if (message !== undefined) throw permanent({ kind: 'not-an-operator', message });
  return verified;
}
