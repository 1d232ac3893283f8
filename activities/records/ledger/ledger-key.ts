import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { LedgerEntry, Seal } from '../../../src/model/ledger/ledger';
import { sshField } from '../../../src/model/approval/ssh-signature';
import { inOrder } from '../../canonical-json';
import { readKey } from '../../secrets/secret-hashes';
import type { Settings } from '../../settings';

/** Whose entries are trusted: the key of this installation, and the public halves of others. */
export type LedgerKeySettings = Pick<Settings, 'installation' | 'data' | 'ledgerKeys'>;

/** A key that signs the ledger. It follows from the installation's key, so workers that share that one share this one. */
export interface LedgerKey {
  publicHalf: string;
  seal(entry: LedgerEntry, link: Pick<Seal, 'tag' | 'after'>): LedgerEntry;
}

/** RFC 8410: what stands before the 32 bytes of a private and of a public key. */
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');
const TYPE = 'ssh-ed25519';

/** The key of this worker. Permanent failure (kind `bad-key`) when the installation's key cannot be kept. */
export async function readLedgerKey(settings: LedgerKeySettings): Promise<LedgerKey> {
  const seed = hkdfSync('sha256', await readKey(settings), settings.installation, 'windlass ledger', 32);
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE, Buffer.from(seed)]), format: 'der', type: 'pkcs8' });
  const publicHalf = writePublic(createPublicKey(key));
  return {
    publicHalf,
    seal(entry, link) {
      const seal = { ...link, key: publicHalf };
      return { ...entry, seal: { ...seal, signature: sign(null, signed(entry, seal), key).toString('base64') } };
    },
  };
}

/** The public halves whose entries count: this worker's own, then those of others. Permanent failure as `readLedgerKey`. */
export const trustedKeys = async (settings: LedgerKeySettings): Promise<string[]> => [
  (await readLedgerKey(settings)).publicHalf,
  ...settings.ledgerKeys,
];

/** Is it the signature of the key that it names? */
export function isSignedByItsKey(entry: LedgerEntry): boolean {
  if (!entry.seal) return false;
  const { signature, ...seal } = entry.seal;
  try {
    const key = readPublic(seal.key);
    return key !== undefined && verify(null, signed(entry, seal), key, Buffer.from(signature, 'base64'));
  } catch {
    // Nested so deep that nothing can write it, or with a key that is none.
    return false;
  }
}

const signed = (entry: LedgerEntry, seal: Omit<Seal, 'signature'>): Buffer =>
  Buffer.from(`windlass ledger 1\n${inOrder({ ...entry, seal })}`);

function writePublic(key: KeyObject): string {
  const bytes = key.export({ format: 'der', type: 'spki' }).subarray(PUBLIC.length);
  return `${TYPE} ${Buffer.concat([TYPE, bytes].map(sshField)).toString('base64')}`;
}

function readPublic(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text.split(' ')[1] ?? '', 'base64').subarray(-32);
  if (!text.startsWith(`${TYPE} `) || bytes.length !== 32) return undefined;
  return createPublicKey({ key: Buffer.concat([PUBLIC, bytes]), format: 'der', type: 'spki' });
}
