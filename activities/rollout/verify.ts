import { ApplicationFailure } from '@temporalio/common';
import type { Verification } from '../../src/manifest/kinds';
import { TRANSIENT } from '../../src/model/failure';
import type { OperationInputs } from '../../src/model/plan';
import { transient } from '../drivers/errors';
import { askVerification } from '../verifications';
import type { Subject, VerificationResult } from '../verifications/result';
import type { RolloutContext } from './context';

/** Carries out one verification of the environment; ends well only when it passes. */
export async function verify(
  ctx: RolloutContext,
  { release, index, title, part }: OperationInputs['verify'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const verification = environment.verifications[index];
  if (!verification)
    throw ctx.fail({
      kind: 'no-such-verification',
      message: `${environment.name} has no verification #${index + 1} ("${title}") in the record of ${release}`,
    });
  const { service } = verification;
  const result = await ask({ ctx, environment, release, index, isShared: part !== undefined }, verification);
  switch (result.outcome) {
    case 'passed':
      return;
    case 'errored':
      throw transient({
        operation: 'verify',
        host: ctx.host,
        service,
        kind: 'verification-errored',
        message: `"${title}" could not be carried out: ${result.why}`,
      });
    case 'inconclusive':
      throw ctx.fail({
        kind: 'verification-inconclusive',
        service,
        message: `"${title}" tells nothing: ${result.why}`,
      });
    case 'failed':
      throw ctx.fail({
        kind: 'verification-failed',
        service,
        message: `"${title}" failed: expected ${result.expected}, got ${result.got}`,
        lastLines: result.lastLines,
      });
  }
}

/** What breaks on the way, as an engine that does not answer, says nothing about the release. */
async function ask(subject: Subject, verification: Verification): Promise<VerificationResult> {
  try {
    return await askVerification(subject, verification);
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === TRANSIENT)
      return { outcome: 'errored', why: error.message };
    throw error;
  }
}
