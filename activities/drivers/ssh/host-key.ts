import type { Endpoint } from './endpoint';
import { findKnownKeys, fingerprint, keyType, knownName } from './known-hosts';

/** Why a host's key is not trusted, in words that end with what to do; undefined when it is. There is no switch for it. */
export function refuseHostKey(endpoint: Endpoint, key: Buffer): string | undefined {
  const { name, hostKey, knownHosts, knownAs } = endpoint;
  const shown = fingerprint(key);
  const known = findKnownKeys(knownHosts, knownAs);
  const same = known.filter((one) => one.key.equals(key));
  const revoked = same.find(({ isRevoked }) => isRevoked);
  if (revoked)
    return `${name} shows the key ${shown}, which ${revoked.where} has as revoked. Do not go on; ask whoever runs the host`;
  if (hostKey) {
    if (withoutPadding(hostKey) === shown) return undefined;
    return (
      `${name} shows the key ${shown} (${keyType(key)}), and the manifest says hostKey: ${hostKey}. ` +
      'Either the host was made anew, or somebody stands between: find out which at the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before you change it'
    );
  }
  if (same.length > 0) return undefined;
  const other = known.find(({ isRevoked, type }) => !isRevoked && type === keyType(key)) ?? known[0];
  if (other && !other.isRevoked)
    return (
      `${name} shows the key ${shown} (${keyType(key)}), and ${other.where} has another one, ${fingerprint(other.key)}. ` +
      'Either the host was made anew, or somebody stands between: find out which at the host itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) before you change the line'
    );
  return (
    `${name} shows the key ${shown} (${keyType(key)}), and nobody has said that it is the right one. Compare it at the host itself ` +
    `(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); then write hostKey: ${shown} beside its address in the manifest, ` +
    'or put the line that windlass trust prints into the known_hosts of the worker'
  );
}

/** The line of known_hosts. */
export const knownHostsLine = ({ knownAs }: Endpoint, key: Buffer) =>
  `${knownName(knownAs)} ${keyType(key)} ${key.toString('base64')}`;

const withoutPadding = (text: string) => text.replace(/=+$/, '');

/** In this order; of one that is known, the kinds of its keys go first, so that it shows the one that is known. */
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
