import { ApplicationFailure } from '@temporalio/common';
import type { Verification } from '../../src/manifest/kinds';
import { TRANSIENT } from '../../src/model/failure';
import type { OperationInputs } from '../../src/model/plan';
import { serviceOf } from '../../src/model/verification';
import { transient } from '../drivers/errors';
import { askVerification } from '../verifications';
import type { Subject, VerificationResult } from '../verifications/result';
import type { Target } from '../../src/model/target';
import type { TargetDriver } from '../targets/driver';
import type { OperationContext } from './context';

/** Runs one verification of the environment; throws unless it passes. */
export async function verify(
  ctx: OperationContext<Target>,
  driver: TargetDriver,
  { release, index, title, forMs, part }: OperationInputs['verify'],
): Promise<void> {
  const environment = await ctx.environment(release);
  const verification = environment.verifications[index];
  if (!verification)
    throw ctx.fail({
      kind: 'no-such-verification',
      message: `${environment.name} has no verification #${index + 1} ("${title}") in the record of ${release}`,
    });
  const service = serviceOf(verification);
  const subject = { ctx, driver, environment, release, index, forMs, isShared: part !== undefined };
  const result = await ask(subject, verification);
  switch (result.outcome) {
    case 'passed':
      return;
    case 'errored':
      throw transient({
        operation: 'verify',
        host: ctx.target.name,
        service,
        kind: 'verification-errored',
        message: `"${title}" could not run: ${result.why}`,
      });
    case 'inconclusive':
      throw ctx.fail({
        kind: 'verification-inconclusive',
        service,
        message: `"${title}" was inconclusive: ${result.why}`,
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

async function ask(subject: Subject, verification: Verification): Promise<VerificationResult> {
  try {
    return await askVerification(subject, verification);
  } catch (error) {
    if (error instanceof ApplicationFailure && error.type === TRANSIENT)
      return { outcome: 'errored', why: error.message };
    throw error;
  }
}
