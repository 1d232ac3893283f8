/** Reads keys and signatures as SSH writes them (RFC 4251 section 5, OpenSSH's PROTOCOL.sshsig). Checks no signature: that takes cryptography. */

/** The types of public keys that can sign, as OpenSSH names them. */
export const KEY_TYPES = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export const isKeyType = (text: string): text is KeyType => (KEY_TYPES as readonly string[]).includes(text);

/** A signature, and what it says of itself: nothing of it counts until it is checked. */
export interface SshSignature {
  key: Buffer;
  namespace: string;
  reserved: Buffer;
  hash: string;
  algorithm: string;
  value: Buffer;
  security?: { flags: number; counter: number };
}

/** What cannot be read; the message is a clause: `ends too early`. */
export class Malformed extends Error {}

/** Fields of SSH, one after the other. Throws `Malformed` where they end too early. */
export class SshFields {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new Malformed('ends too early');
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  number = (): number => this.take(4).readUInt32BE();
  bytesField = (): Buffer => this.take(this.number());
  text = (): string => this.bytesField().toString('latin1');

  integer(): Buffer {
    const bytes = this.bytesField();
    if (bytes.length > 0 && bytes[0]! > 0x7f) throw new Malformed('has a negative number');
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  }

  end(): void {
    if (this.at < this.bytes.length) throw new Malformed('has more than it should');
  }
}

/** A field of SSH: its length, then its bytes. */
export function sshField(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

const MAGIC = 'SSHSIG';
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';

/** What `ssh-keygen -Y sign` prints; line breaks may have been lost on the way through a form. Throws `Malformed`. */
export function parseSignature(armored: string): SshSignature {
  const text = armored.replaceAll('\\n', '\n').trim();
  if (!text.startsWith(BEGIN) || !text.endsWith(END))
    throw new Malformed(`has no ${BEGIN} and ${END} around it, as ssh-keygen -Y sign prints them`);
  const fields = new SshFields(fromBase64(text.slice(BEGIN.length, -END.length)));
  if (fields.take(MAGIC.length).toString('latin1') !== MAGIC || fields.number() !== 1)
    throw new Malformed('is not a signature of SSH, version 1');
  const [key, namespace, reserved, hash] = [fields.bytesField(), fields.text(), fields.bytesField(), fields.text()];
  const inner = new SshFields(fields.bytesField());
  fields.end();
  const [algorithm, value] = [inner.text(), inner.bytesField()];
  const security = algorithm.startsWith('sk-') ? { flags: inner.take(1)[0]!, counter: inner.number() } : undefined;
  inner.end();
  return { key, namespace, reserved, hash, algorithm, value, ...(security && { security }) };
}

/** The bit that says that a person touched the key (OpenSSH's PROTOCOL.u2f). */
const USER_PRESENT = 0x01;

/** Did a person touch the security key? */
export const wasTouched = ({ security }: SshSignature): boolean => ((security?.flags ?? 0) & USER_PRESENT) !== 0;

/** What is really signed: not the text but its hash, bound to the namespace. */
export const signedBytes = ({ namespace, reserved, hash }: SshSignature, hashed: Buffer): Buffer =>
  Buffer.concat([Buffer.from(MAGIC), ...[namespace, reserved, hash, hashed].map(sshField)]);

/** The key in a line as `ssh-keygen` writes it to a `.pub` file: type, base64, comment. Throws `Malformed`. */
export function parseKeyLine(line: string): Buffer {
  const [type = '', base64 = ''] = line.trim().split(/\s+/);
  const key = fromBase64(base64);
  if (new SshFields(key).text() !== type) throw new Malformed(`is not a public key of the type ${type}`);
  return key;
}

function fromBase64(text: string): Buffer {
  const compact = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) throw new Malformed('is not base64');
  return Buffer.from(compact, 'base64');
}
