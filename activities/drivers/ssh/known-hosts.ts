import { createHash, createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

export interface KnownKey {
  type: string;
  key: Buffer;
  isRevoked: boolean;
  where: string;
}

export interface KnownAs {
  host: string;
  port: number;
}

/** The keys these files have for a host. Certificate authorities are left out, because no certificate is requested. */
export function findKnownKeys(files: string[], knownAs: KnownAs): KnownKey[] {
  return files.filter((file) => existsSync(file)).flatMap((file) => readKnownHosts(file, knownAs));
}

/** A host's name in known_hosts: with its port unless it is 22. */
export const knownName = ({ host, port }: KnownAs) => (port === 22 ? host : `[${host}]:${port}`);

/** As printed by `ssh-keygen -l`. */
export const fingerprint = (key: Buffer) =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The first field of a key on the wire is its type (RFC 4253, 6.6). */
export const keyType = (key: Buffer) => key.subarray(4, 4 + key.readUInt32BE(0)).toString();

function readKnownHosts(file: string, knownAs: KnownAs): KnownKey[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [names, type, base64] = words;
    if (!names || names.startsWith('#') || !type || !base64 || marker === '@cert-authority') return [];
    if (!isNamed(names, knownName(knownAs))) return [];
    const isRevoked = marker === '@revoked';
    return [{ type, key: Buffer.from(base64, 'base64'), isRevoked, where: `${file}:${index + 1}` }];
  });
}

function isNamed(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt = '', hash] = names.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  const patterns = names.split(',');
  const isOne = (pattern: string) => patternOf(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith('!') && isOne(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && isOne(pattern));
}

const patternOf = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  );
