import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACE, type Signature, stateThat, type Statement, textToSign } from '../../src/model/approval/statement';
import { securityKey } from '../activities/decisions/authenticator';

/** People with keys, and a policy that wants signatures; set where the activities look for it. */
export const ANA = 'ana@example.com';
export const BEN = 'ben@example.com';
export const CI = 'ci@example.com';
export const EVE = 'eve@example.com';

const KEYS = Object.fromEntries([ANA, BEN, CI, EVE].map((name) => [name, securityKey('ed25519')]));
/** A second one of ana. */
const SPARE = 'spare';
KEYS[SPARE] = securityKey('ecdsa');

/** Eve has a key that the policy does not know. */
export function usePolicy(rule: Record<string, unknown> = {}): void {
  const open = { sources: ['**'], targets: ['**'], routes: ['**'], registries: ['**'], projects: ['**'] };
  usePolicies([{ apps: ['*'], signed: true, ...open, ...rule }]);
}

/** The same, with these rules. */
export function usePolicies(rules: Record<string, unknown>[]): void {
  const people = { [ANA]: [KEYS[ANA]!.line, KEYS[SPARE]!.line], [BEN]: KEYS[BEN]!.line, [CI]: KEYS[CI]!.line };
  const file = join(mkdtempSync(join(tmpdir(), 'windlass policy ')), 'policy.yaml');
  writeFileSync(file, JSON.stringify({ people, rules }));
  process.env['WINDLASS_POLICY'] = file;
}

export const noPolicy = (): void => void delete process.env['WINDLASS_POLICY'];

type PartialStatement = Partial<Statement> & Pick<Statement, 'app' | 'decision' | 'by'>;

/** What this person signs, or another one in their name. */
export function sign(said: PartialStatement, signer = said.by, validMs = 60_000): Signature {
  const expires = new Date(Date.now() + validMs).toISOString();
  const statement = stateThat({ reason: '', nonce: randomUUID(), ...said, installation: 'windlass', expires });
  return { nonce: statement.nonce, expires, signature: KEYS[signer]!.sign(textToSign(statement), NAMESPACE) };
}
