/** What a person signs when a policy wants decisions signed: everything that the decision is about, so that it fits nothing else. */

/** What OpenSSH binds a signature to: no signature that was made for something else counts here. */
export const NAMESPACE = 'windlass-decision-v1';

export type StatementWord =
  | 'start'
  | 'approve'
  | 'reject'
  | 'cancel'
  | 'resolve'
  | 'rollback'
  | 'eject'
  | 'forget'
  | 'freeze'
  | 'thaw'
  | 'bootstrap'
  | 'clean';

export interface Statement {
  installation: string;
  app: string;
  /** Empty where it is about a release in all environments; so is what follows where it does not matter. */
  environment: string;
  release: string;
  record: string;
  plan: string;
  decision: StatementWord;
  detail: string;
  by: string;
  reason: string;
  nonce: string;
  expires: string;
}

export interface Signature {
  nonce: string;
  expires: string;
  signature: string;
}

export interface Signing {
  keys: Record<string, string[]>;
}

/** A statement with its signature. The public keys are enough to verify it, now and later. */
export type SignedStatement = Statement & Pick<Signature, 'signature'>;

/** The bytes that are signed: a JSON list on one line. */
export const textToSign = (s: Statement): string =>
  `${JSON.stringify([
    NAMESPACE,
    s.installation,
    s.app,
    s.environment,
    s.release,
    s.record,
    s.plan,
    s.decision,
    s.detail,
    s.by,
    s.reason,
    s.nonce,
    s.expires,
  ])}\n`;

/** A statement with what is empty in most of them left out. */
export const stateThat = (
  said: Pick<Statement, 'installation' | 'app' | 'decision' | 'by' | 'reason' | 'nonce' | 'expires'> &
    Partial<Statement>,
): Statement => ({ environment: '', release: '', record: '', plan: '', detail: '', ...said });
