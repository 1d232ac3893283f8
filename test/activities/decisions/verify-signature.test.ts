import { execFileSync } from 'node:child_process';
import { createHash, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifySignature } from '../../../activities/decisions/verify-signature';
import { parseKeyLine, sshField } from '../../../src/model/approval/ssh-signature';
import { armor, securityKey } from './authenticator';

/** Against the real ssh-keygen; a security key is made in software, for its format is open. */
const TEXT = '["approve","production","ä"]\n';
const NAMESPACE = 'test-decision';

describe('a signature of ssh-keygen', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windlass signature '));
  afterAll(() => rmSync(dir, { recursive: true }));

  /** A private key's file; its public key beside it. */
  function key(name: string, ...kind: string[]): string {
    const file = join(dir, name);
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', `${name}@example.com`, '-f', file, ...kind]);
    return file;
  }
  const signWith = (file: string, ...options: string[]) =>
    execFileSync('ssh-keygen', ['-Y', 'sign', '-f', file, '-n', NAMESPACE, ...options], {
      input: TEXT,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).toString();
  const lineOf = (file: string) => readFileSync(`${file}.pub`, 'utf8');
  const fingerprint = (file: string) =>
    execFileSync('ssh-keygen', ['-lf', `${file}.pub`])
      .toString()
      .split(' ')[1];

  test.each([
    ['ed25519', ['-t', 'ed25519'], []],
    ['rsa-sha2-512', ['-t', 'rsa', '-b', '2048'], []],
    ['ecdsa 256', ['-t', 'ecdsa', '-b', '256'], []],
    ['ecdsa 384', ['-t', 'ecdsa', '-b', '384'], []],
    ['ecdsa 521', ['-t', 'ecdsa', '-b', '521'], []],
    ['ed25519 with sha256', ['-t', 'ed25519'], ['-O', 'hashalg=sha256']],
  ])('by %s counts for its text, namespace and key alone', (name, kind, options) => {
    const file = key(name, ...kind);
    // The length of the numbers of ECDSA varies.
    for (let times = 0; times < 8; times += 1) {
      const armored = signWith(file, ...options);
      const verified = verifySignature(TEXT, armored, NAMESPACE);
      expect(verified).toEqual({ key: parseKeyLine(lineOf(file)), fingerprint: fingerprint(file) });
      expect(verifySignature(TEXT, armored.replaceAll('\n', '\\n'), NAMESPACE)).toEqual(verified);
      expect(verifySignature(TEXT, armored.replaceAll('\n', ''), NAMESPACE)).toEqual(verified);
      expect(verifySignature(TEXT.trim(), armored, NAMESPACE)).toEqual({
        refused: expect.stringMatching(/ is not of this text$/),
      });
      expect(verifySignature(TEXT, armored, 'file')).toEqual({
        refused: 'is made for "test-decision". Expected ssh-keygen -Y sign -n file',
      });
    }
  });

  test('whose key is replaced by another one is refused, and so is one that was changed anywhere', () => {
    const [own, other] = ['own', 'other'].map((name) => key(name, '-t', 'ed25519'));
    const blob = Buffer.from(signWith(own!).replace(/-----.*-----|\n/g, ''), 'base64');
    const forged = Buffer.from(blob);
    parseKeyLine(lineOf(other!)).copy(forged, forged.indexOf(parseKeyLine(lineOf(own!))));
    const asText = (bytes: Buffer) =>
      `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----`;
    expect(verifySignature(TEXT, asText(forged), NAMESPACE)).toHaveProperty('refused');
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed[at]! ^= 1;
      expect({ at, ...verifySignature(TEXT, asText(changed), NAMESPACE) }).toHaveProperty('refused');
      expect(verifySignature(TEXT, asText(blob.subarray(0, at)), NAMESPACE)).toHaveProperty('refused');
    }
    expect(verifySignature(TEXT, asText(Buffer.concat([blob, Buffer.alloc(1)])), NAMESPACE)).toEqual({
      refused: 'has more than it should',
    });
    for (const text of ['', 'x', '-----BEGIN SSH SIGNATURE-----', '\ud800', asText(Buffer.alloc(0)), '{}'])
      expect(verifySignature(TEXT, text, NAMESPACE)).toHaveProperty('refused');
  });

  test('by RSA with SHA-1, or with a key that is too short, is refused', () => {
    const file = key('rsa', '-t', 'rsa', '-b', '2048', '-m', 'PEM');
    const pem = readFileSync(file, 'utf8');
    const line = parseKeyLine(lineOf(file));
    const made = (algorithm: string, hash: string) => {
      const hashed = sha512(TEXT);
      const bytes = Buffer.concat([Buffer.from('SSHSIG'), ...[NAMESPACE, '', 'sha512', hashed].map(sshField)]);
      return armor(line, NAMESPACE, Buffer.concat([algorithm, sign(hash, bytes, pem)].map(sshField)));
    };
    expect(verifySignature(TEXT, made('rsa-sha2-256', 'sha256'), NAMESPACE)).toHaveProperty('key', line);
    expect(verifySignature(TEXT, made('ssh-rsa', 'sha1'), NAMESPACE)).toEqual({
      refused: expect.stringMatching(/^\(ssh-rsa, key SHA256:.*\) is not of this text$/),
    });
    const short = key('short', '-t', 'rsa', '-b', '1024');
    expect(verifySignature(TEXT, signWith(short), NAMESPACE)).toEqual({
      refused: 'has 1024 bits. Expected 2048 or more',
    });
  });

  test.each(['ed25519', 'ecdsa'] as const)('by a security key (%s) counts when somebody touched it', (kind) => {
    const one = securityKey(kind);
    const armored = one.sign(TEXT, NAMESPACE);
    expect(verifySignature(TEXT, armored, NAMESPACE)).toHaveProperty('key', parseKeyLine(one.line));
    expect(verifySignature(`${TEXT} `, armored, NAMESPACE)).toHaveProperty('refused');
    expect(verifySignature(TEXT, one.sign(TEXT, NAMESPACE, 0), NAMESPACE)).toEqual({
      refused: expect.stringMatching(/, and nobody touched the security key$/),
    });
    expect(verifySignature(TEXT, one.sign(TEXT, NAMESPACE, 5), NAMESPACE)).toHaveProperty('key');
  });

  test('as the software makes it is one for ssh-keygen, too', () => {
    const one = securityKey('ed25519');
    const file = join(dir, 'allowed');
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', file], { input: `touched ${one.line}\n` });
    execFileSync('sh', ['-c', 'cat > "$1"', 'sh', `${file}.sig`], { input: one.sign(TEXT, NAMESPACE) });
    const verify = ['-Y', 'verify', '-f', file, '-I', 'touched', '-n', NAMESPACE, '-s', `${file}.sig`];
    expect(execFileSync('ssh-keygen', verify, { input: TEXT }).toString()).toMatch(/^Good "test-decision" signature/);
  });

  test('by a key that is none of ours is refused with the types that are', () => {
    const type = 'ssh-dss';
    const signature = Buffer.concat([type, Buffer.alloc(40)].map(sshField));
    expect(verifySignature(TEXT, armor(sshField(type), NAMESPACE, signature), NAMESPACE)).toEqual({
      refused: expect.stringMatching(/^is of the type ssh-dss\. Expected ssh-ed25519, ssh-rsa, /),
    });
  });
});

const sha512 = (text: string) => createHash('sha512').update(text).digest();
