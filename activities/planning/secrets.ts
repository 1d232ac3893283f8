import type { EnvironmentRecord } from '../../src/manifest/record/record';
import type { Failure } from '../../src/model/failure';
import { describeSource, type SecretHashes } from '../../src/model/container/secret';
import type { RolloutDeps } from '../rollout/deps';
import { SecretReader } from '../secrets';
import { hashSecrets, secretsWithin } from '../secrets/secret-hashes';
import type { Subject } from './subject';

/** Reads everything the containers will need, so that a missing part is found before any change. */
export async function readSecrets(
  { settings }: RolloutDeps,
  { place, after }: Subject,
): Promise<{ hashes: SecretHashes } | { refused: Failure }> {
  if (!after) return { hashes: {} };
  const { secrets: sources, variables: _, ...used } = after;
  const reader = new SecretReader(process.env, true);
  const { hashes, lacking } = await hashSecrets(settings, place, secretsWithin(used), sources, reader);
  return lacking.length > 0 ? { refused: unreadable(after, lacking) } : { hashes };
}

function unreadable({ name, secrets }: EnvironmentRecord, lacking: { name: string; why: string }[]): Failure {
  const one = ({ name: secret, why }: { name: string; why: string }) =>
    `${secret}${secrets[secret] ? ` (${describeSource(secrets[secret])})` : ''}: ${why}`;
  const count = lacking.length === 1 ? 'a secret' : `${lacking.length} secrets`;
  return {
    kind: 'no-secret',
    message: [`${count} of ${name} cannot be read; nothing was changed`, ...lacking.map(one)].join('\n'),
  };
}
