import { isSameValue, type SecretHashes } from '../../model/container/secret';
import type { PlanningInput } from '../planning';

/**
 * Secrets whose value changed, by name: neither values nor hashes are in a plan, so what people approve is the
 * fact. References are compared with the rest of the configuration.
 */
export function describeSecrets({ kind, wanted, current, secrets }: PlanningInput): {
  changes: string[];
  warnings: string[];
} {
  if (!secrets) return { changes: [], warnings: [] };
  const { now, ran } = secrets;
  const others = (release: string | undefined) => differing(release ? ran[release] : undefined, now);
  const changes = others(current?.release).map(
    (name) => `secrets.${name}: its value has changed since ${current!.release} was committed`,
  );
  if (kind === 'release' || wanted?.release === current?.release) return { changes, warnings: [] };
  const warnings = others(wanted?.release).map(
    (name) => `secret ${name}: ${wanted!.release} ran with another value and now gets today's`,
  );
  return { changes, warnings };
}

/** The names of changed secrets. Hashes made with another key cannot be compared and are left out. */
export const differing = (was: SecretHashes | undefined, is: SecretHashes): string[] =>
  Object.keys(is).filter((name) => isSameValue(was?.[name], is[name]) === false);
