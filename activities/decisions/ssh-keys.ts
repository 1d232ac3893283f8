import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  isKeyType,
  KEY_TYPES,
  type KeyType,
  Malformed,
  SshFields,
  type SshSignature,
  wasTouched,
} from '../../src/model/approval/ssh-signature';

/** Public keys of SSH, and what their algorithms make of bytes. */

type Check = (bytes: Buffer, signature: SshSignature) => boolean;

const KEYS: Record<KeyType, (type: string, fields: SshFields) => Check> = {
  'ssh-ed25519': ed25519,
  'ssh-rsa': rsa,
  'ecdsa-sha2-nistp256': ecdsa,
  'ecdsa-sha2-nistp384': ecdsa,
  'ecdsa-sha2-nistp521': ecdsa,
  'sk-ssh-ed25519@openssh.com': onSecurityKey(ed25519),
  'sk-ecdsa-sha2-nistp256@openssh.com': onSecurityKey(ecdsa),
};

/** How signatures of this key are checked. Throws `Malformed` where the key cannot be used. */
export function checkOf(key: Buffer): Check {
  const fields = new SshFields(key);
  const type = fields.text();
  if (!isKeyType(type)) throw new Malformed(`is of the type ${type}. Expected ${KEY_TYPES.join(', ')}`);
  const check = KEYS[type](type, fields);
  fields.end();
  return (bytes, signature) => isOf(type, signature) && check(bytes, signature);
}

/** As printed by `ssh-keygen -l`. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** `ssh-rsa` as an algorithm hashes with SHA-1, so that one is none. */
const isOf = (type: string, { algorithm }: SshSignature): boolean =>
  type === 'ssh-rsa' ? algorithm in RSA_HASHES : algorithm === type;

function ed25519(_type: string, fields: SshFields): Check {
  const x = fields.bytesField();
  if (x.length !== 32) throw new Malformed('has an Ed25519 key that is not of 32 bytes');
  const key = publicKey({ kty: 'OKP', crv: 'Ed25519', x: base64url(x) });
  return (bytes, { value }) => verify(null, bytes, key, value);
}

const RSA_HASHES: Record<string, string> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };
const SHORTEST_RSA_BYTES = 256;

function rsa(_type: string, fields: SshFields): Check {
  const [e, n] = [fields.integer(), fields.integer()];
  if (n.length < SHORTEST_RSA_BYTES) throw new Malformed(`has ${n.length * 8} bits. Expected 2048 or more`);
  const key = publicKey({ kty: 'RSA', e: base64url(e), n: base64url(n) });
  return (bytes, { algorithm, value }) => verify(RSA_HASHES[algorithm], bytes, key, value);
}

const CURVES: Record<string, { crv: string; hash: string; size: number }> = {
  nistp256: { crv: 'P-256', hash: 'sha256', size: 32 },
  nistp384: { crv: 'P-384', hash: 'sha384', size: 48 },
  nistp521: { crv: 'P-521', hash: 'sha512', size: 66 },
};

function ecdsa(type: string, fields: SshFields): Check {
  const name = fields.text();
  const curve = CURVES[name];
  const point = fields.bytesField();
  if (!curve || !type.includes(name) || point[0] !== 4 || point.length !== 1 + 2 * curve.size)
    throw new Malformed(`has a point that is none of ${name}`);
  const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)];
  const key = publicKey({ kty: 'EC', crv: curve.crv, x: base64url(x), y: base64url(y) });
  return (bytes, { value }) => {
    const pair = new SshFields(value);
    const numbers = [pair.integer(), pair.integer()];
    pair.end();
    if (numbers.some(({ length }) => length > curve.size)) return false;
    const padded = numbers.map((number) => Buffer.concat([Buffer.alloc(curve.size - number.length), number]));
    return verify(curve.hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(padded));
  };
}

function onSecurityKey(inner: (type: string, fields: SshFields) => Check) {
  return (type: string, fields: SshFields): Check => {
    const check = inner(type, fields);
    const application = fields.bytesField();
    return (bytes, signature) => {
      if (!wasTouched(signature)) return false;
      const { flags = 0, counter = 0 } = signature.security ?? {};
      const word = Buffer.alloc(5);
      word.writeUInt8(flags);
      word.writeUInt32BE(counter, 1);
      return check(Buffer.concat([sha256(application), word, sha256(bytes)]), signature);
    };
  };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const base64url = (bytes: Buffer) => bytes.toString('base64url');

function publicKey(key: { kty: string } & Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new Malformed('is no key that OpenSSL takes');
  }
}
