import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { sshField } from '../../../src/model/approval/ssh-signature';

/** A security key in software: it makes what a FIDO authenticator and `ssh-keygen -Y sign` make together (PROTOCOL.u2f, PROTOCOL.sshsig). */

const APPLICATION = 'ssh:';
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();

interface SecurityKey {
  /** As a `.pub` file has it. */
  line: string;
  /** An armored signature; `flags` is 1 where somebody touches the key. */
  sign(text: string, namespace: string, flags?: number): string;
}

export function securityKey(kind: 'ed25519' | 'ecdsa'): SecurityKey {
  const { type, key, make } = kind === 'ed25519' ? ed25519() : ecdsa();
  return {
    line: `${type} ${key.toString('base64')} touched@example.com`,
    sign(text, namespace, flags = 1) {
      const message = createHash('sha512').update(text).digest();
      const asked = Buffer.concat([Buffer.from('SSHSIG'), ...[namespace, '', 'sha512', message].map(sshField)]);
      const counter = Buffer.from([flags, 0, 0, 0, 7]);
      const value = make(Buffer.concat([sha256(APPLICATION), counter, sha256(asked)]));
      return armor(key, namespace, Buffer.concat([sshField(type), sshField(value), counter]));
    },
  };
}

export function armor(key: Buffer, namespace: string, signature: Buffer, hash = 'sha512'): string {
  const head = Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, 1])]);
  const blob = Buffer.concat([head, ...[key, namespace, '', hash, signature].map(sshField)]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

function ed25519() {
  const type = 'sk-ssh-ed25519@openssh.com';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url');
  const key = Buffer.concat([type, x, APPLICATION].map(sshField));
  return { type, key, make: (bytes: Buffer) => sign(null, bytes, privateKey) };
}

function ecdsa() {
  const type = 'sk-ecdsa-sha2-nistp256@openssh.com';
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
  const key = Buffer.concat([type, 'nistp256', point, APPLICATION].map(sshField));
  const make = (bytes: Buffer) => {
    const pair = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return Buffer.concat([pair.subarray(0, 32), pair.subarray(32)].map((number) => sshField(asInteger(number))));
  };
  return { type, key, make };
}

/** SSH writes numbers without leading zeros, and none that looks negative. */
function asInteger(number: Buffer): Buffer {
  const bare = number.subarray(
    Math.max(
      0,
      number.findIndex((byte) => byte !== 0),
    ),
  );
  return bare[0]! > 0x7f ? Buffer.concat([Buffer.alloc(1), bare]) : bare;
}
