import { NAMESPACE, type SignedStatement, textToSign } from '../../src/model/approval/statement';
import { parseKeyLine } from '../../src/model/approval/ssh-signature';
import { verifySignature } from './verify-signature';

/** Persons and their public keys, `TYPE BASE64` each, as a policy lists them. */
export type People = Readonly<Record<string, readonly string[]>>;

export type Stated = { person: string; fingerprint: string } | { refused: string };

/**
 * Verifies a statement with nothing but the keys of persons: it is signed by one of them, who is the one that it names, and was not over
 * at that time (ms since 1970). Pure, so that anybody can do it later, with the ledger's time.
 */
export function verifyStatement(statement: SignedStatement, people: People, at: number): Stated {
  const { by, decision, expires, signature } = statement;
  const what = `the signature of ${by} (${decision})`;
  const verified = verifySignature(textToSign(statement), signature, NAMESPACE);
  if ('refused' in verified) return { refused: `${what} ${verified.refused}` };
  const { key, fingerprint } = verified;
  const person = ownerOf(key, people);
  if (person === undefined)
    return { refused: `${what} is by the key ${fingerprint}, which the policy lists for nobody` };
  if (person !== by) return { refused: `${what} is by a key of ${person}` };
  if (!(Date.parse(expires) > at)) return { refused: `${what} was good until ${expires}` };
  return { person, fingerprint };
}

const ownerOf = (key: Buffer, people: People): string | undefined =>
  Object.entries(people).find(([, lines]) => lines.some((line) => parseKeyLine(line).equals(key)))?.[0];
