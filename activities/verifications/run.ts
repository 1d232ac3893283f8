import type { Verification } from '../../src/manifest/kinds';
import type { Subject, VerificationResult } from './result';

type RunVerification = Extract<Verification, { kind: 'run' }>;

/** Runs a command in the service's image and the release's networks; passes with exit status 0. */
export async function verifyRun(
  subject: Subject,
  { service, command, within }: RunVerification,
): Promise<VerificationResult> {
  const { ctx, driver, environment, release, index } = subject;
  const name = `verify-${index}`;
  const { exitCode, lastLines } = await driver.runOnce(ctx, {
    environment,
    release,
    service,
    command,
    name,
    withinMs: within,
  });
  if (exitCode === 0) return { outcome: 'passed' };
  const got = exitCode === undefined ? `no end within ${within / 1_000} s` : `exit status ${exitCode}`;
  return { outcome: 'failed', expected: `"${command.join(' ')}" to end with exit status 0`, got, lastLines };
}
