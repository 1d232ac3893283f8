import type { Endpoint } from './endpoint';
import { findKnownKeys, fingerprint, keyType, knownName } from './known-hosts';

/** Why a host's key is not trusted and what to do; undefined when it is trusted. Nothing turns this check off. */
export function refuseHostKey(endpoint: Endpoint, key: Buffer): string | undefined {
  const { name, hostKey, knownHosts, knownAs } = endpoint;
  const shown = fingerprint(key);
  const known = findKnownKeys(knownHosts, knownAs);
  const same = known.filter((one) => one.key.equals(key));
  const revoked = same.find(({ isRevoked }) => isRevoked);
  if (revoked)
    return `${name} presents the key ${shown}, which ${revoked.where} lists as revoked. Do not continue; ask the host's administrator`;
  if (hostKey && withoutPadding(hostKey) !== shown)
    return (
      `${name} presents the key ${shown} (${keyType(key)}), but the manifest has hostKey: ${hostKey}. ` +
      'Either the host was reinstalled or somebody is intercepting the connection: check on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before you change it'
    );
  if (same.length > 0) return undefined;
  // What the worker knows holds whatever the manifest says, for that is a commit's word.
  const valid = known.filter(({ isRevoked }) => !isRevoked);
  const other = valid.find(({ type }) => type === keyType(key)) ?? valid[0];
  if (other)
    return (
      `${name} presents the key ${shown} (${keyType(key)}), but ${other.where} has another one, ${fingerprint(other.key)}. ` +
      'Either the host was reinstalled or somebody is intercepting the connection: check on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before you change the line'
    );
  if (hostKey) return undefined;
  return (
    `${name} presents the key ${shown} (${keyType(key)}), which is not trusted yet. Compare it on the host itself ` +
    `(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then write hostKey: ${shown} next to its address in the manifest, ` +
    "or add the line printed by windlass trust to the worker's known_hosts"
  );
}

export const knownHostsLine = ({ knownAs }: Endpoint, key: Buffer) =>
  `${knownName(knownAs)} ${keyType(key)} ${key.toString('base64')}`;

const withoutPadding = (text: string) => text.replace(/=+$/, '');

/** By preference; for a known host, its known key types come first, so that it presents a known key. */
const KINDS: Record<string, string[]> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

export function preferredKinds({ knownHosts, knownAs }: Endpoint): string[] {
  const known = findKnownKeys(knownHosts, knownAs).flatMap(({ type, isRevoked }) => (isRevoked ? [] : type));
  const types = [...known.filter((type) => type in KINDS), ...Object.keys(KINDS)];
  return [...new Set(types.flatMap((type) => KINDS[type]!))];
}
