import type { Verification, VerificationKind } from '../../src/manifest/kinds';
import { verifyHttp } from './http';
import type { Subject, VerificationResult } from './result';
import { verifyRun } from './run';

type Of<Kind extends VerificationKind> = Extract<Verification, { kind: Kind }>;
type Verify<Kind extends VerificationKind> = (subject: Subject, verification: Of<Kind>) => Promise<VerificationResult>;

const verifications = { http: verifyHttp, run: verifyRun } satisfies { [Kind in VerificationKind]: Verify<Kind> };

export function askVerification(subject: Subject, verification: Verification): Promise<VerificationResult> {
  const ask = verifications[verification.kind] as Verify<VerificationKind>;
  return ask(subject, verification);
}
