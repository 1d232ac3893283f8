import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { Signature, SignedStatement, Statement } from '../../src/model/approval/statement';
import { stateThat } from '../../src/model/approval/statement';
import { short, toFailure } from './activities';

let asked = 0;

/** A nonce for a question. It draws no random number, because the ids in stored histories follow from their order. */
export const nextNonce = (): string => `${workflowInfo().runId}/${(asked += 1)}`;

type PartialStatement = Partial<Statement> & Pick<Statement, 'app' | 'decision' | 'by' | 'reason'>;

/**
 * What was said, with its signature where the policy wants one. Without an own `nonce` that of the signature counts. Throws what the worker
 * says against it, for the sender of an update.
 */
export async function requireSigned(
  said: PartialStatement,
  signed: Signature | undefined,
): Promise<SignedStatement | undefined> {
  const { nonce = '', expires = '' } = signed ?? {};
  const { installation: _, ...statement } = stateThat({ installation: '', nonce, expires, ...said });
  const summary = `has ${said.by} signed it?`.slice(0, 200);
  try {
    return (await short.checkStatement.executeWithOptions({ summary }, [{ statement, signed }])).signed;
  } catch (error) {
    const failure = toFailure(error);
    throw ApplicationFailure.nonRetryable(failure.message, 'Refused', failure);
  }
}
