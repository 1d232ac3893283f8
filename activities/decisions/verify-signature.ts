import { createHash } from 'node:crypto';
import { Malformed, parseSignature, signedBytes, wasTouched } from '../../src/model/approval/ssh-signature';
import { checkOf, fingerprintOf } from './ssh-keys';

/** Whose signature it is, or why it is none, in a clause that follows "the signature". */
export type Verified = { key: Buffer; fingerprint: string } | { refused: string };

/**
 * Checks what `ssh-keygen -Y sign -n NAMESPACE` has printed, in this process alone. Who may use the key is another matter: the caller
 * compares it with those that it knows.
 */
export function verifySignature(text: string, armored: string, namespace: string): Verified {
  try {
    const signature = parseSignature(armored);
    if (signature.namespace !== namespace)
      return { refused: `is made for "${signature.namespace}". Expected ssh-keygen -Y sign -n ${namespace}` };
    if (signature.hash !== 'sha256' && signature.hash !== 'sha512')
      return { refused: `hashes with ${signature.hash}. Expected sha256 or sha512` };
    const bytes = signedBytes(signature, createHash(signature.hash).update(text).digest());
    const { key } = signature;
    const fingerprint = fingerprintOf(key);
    if (checkOf(key)(bytes, signature)) return { key, fingerprint };
    const { algorithm, security } = signature;
    const touched = security && !wasTouched(signature) ? ', and nobody touched the security key' : '';
    return { refused: `(${algorithm}, key ${fingerprint}) is not of this text${touched}` };
  } catch (error) {
    if (error instanceof Malformed) return { refused: error.message };
    throw error;
  }
}
