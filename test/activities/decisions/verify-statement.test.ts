import { verifyStatement } from '../../../activities/decisions/verify-statement';
import {
  NAMESPACE,
  type SignedStatement,
  stateThat,
  type Statement,
  textToSign,
} from '../../../src/model/approval/statement';
import { securityKey } from './authenticator';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const keys = { ana: securityKey('ed25519'), spare: securityKey('ecdsa'), ben: securityKey('ed25519') };
const people = { 'ana@x': [keys.ana.line, keys.spare.line], 'ben@x': [keys.ben.line] };
const statement = stateThat({
  installation: 'windlass',
  app: 'shop',
  environment: 'production',
  release: '3f2a91c0de',
  record: 'registry/shop/windlass@sha256:1',
  plan: 'a'.repeat(64),
  decision: 'approve',
  by: 'ana@x',
  reason: '',
  nonce: 'n1',
  expires: '2030-01-01T13:00:00.000Z',
});
const signed = (by = keys.ana, of: Statement = statement): SignedStatement => ({
  ...of,
  signature: by.sign(textToSign(of), NAMESPACE),
});

test('a statement is its person’s, by whichever of the keys', () => {
  for (const key of [keys.ana, keys.spare])
    expect(verifyStatement(signed(key), people, NOW)).toEqual({
      person: 'ana@x',
      fingerprint: expect.stringMatching(/^SHA256:/),
    });
});

test.each(Object.keys(statement) as (keyof Statement)[])('one whose %s is another one does not count', (field) => {
  const changed = { ...signed(), [field]: 'other' } as SignedStatement;
  expect(verifyStatement(changed, people, NOW)).toEqual({ refused: expect.stringContaining('is not of this text') });
});

test('one by another key, of a stranger, for another namespace, or that is over does not count', () => {
  expect(verifyStatement(signed(keys.ben), people, NOW)).toEqual({
    refused: 'the signature of ana@x (approve) is by a key of ben@x',
  });
  expect(verifyStatement(signed(), { 'ben@x': people['ben@x'] }, NOW)).toEqual({
    refused: expect.stringMatching(/is by the key SHA256:\S+, which the policy lists for nobody$/),
  });
  const elsewhere = { ...statement, signature: keys.ana.sign(textToSign(statement), 'git') };
  expect(verifyStatement(elsewhere, people, NOW)).toEqual({ refused: expect.stringContaining('is made for "git"') });
  const over = Date.parse(statement.expires);
  expect(verifyStatement(signed(), people, over - 1)).toHaveProperty('person');
  for (const at of [over, over + 1, Number.NaN])
    expect(verifyStatement(signed(), people, at)).toEqual({ refused: expect.stringContaining('was good until') });
  const never = { ...statement, expires: 'never' };
  expect(verifyStatement(signed(keys.ana, never), people, NOW)).toHaveProperty('refused');
});

test('two statements never have the same text', () => {
  const moved = { ...statement, app: 'shop","production', environment: '' };
  expect(textToSign(moved)).not.toBe(textToSign(statement));
  expect(textToSign(statement)).toMatch(/^\["windlass-decision-v1","windlass","shop","production",.*\]\n$/);
});
