import { isSameValue, type SecretHashes } from '../model/secret';
import type { PlanningInput } from './planning';

/**
 * Which secrets have another value than they had, by name: the value itself is in no plan, nor is its hash, so what is
 * approved is that it changes. The references are compared with the rest of the configuration.
 */
export function describeSecrets({ kind, wanted, current, secrets }: PlanningInput): {
  changes: string[];
  warnings: string[];
} {
  if (!secrets) return { changes: [], warnings: [] };
  const { now, ran } = secrets;
  const others = (release: string | undefined) => differing(release ? ran[release] : undefined, now);
  const changes = others(current?.release).map(
    (name) => `secrets.${name}: its value is not the one that ${current!.release} was committed with`,
  );
  if (kind === 'release' || wanted?.release === current?.release) return { changes, warnings: [] };
  const warnings = others(wanted?.release).map(
    (name) => `secret ${name}: ${wanted!.release} ran with another value; it gets the one of today`,
  );
  return { changes, warnings };
}

/** The names whose values are others. What was hashed with another key cannot be compared, and is not told. */
export const differing = (was: SecretHashes | undefined, is: SecretHashes): string[] =>
  Object.keys(is).filter((name) => isSameValue(was?.[name], is[name]) === false);
