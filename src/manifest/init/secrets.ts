import { isLiteralSecret, ofService } from '../../model/container/secret';
import { type Entry, type InitInput, NO_VALUES } from './types';

/** Literal secrets get a variable in the last environment; equal values share it. */
export function chooseSecrets({ secrets = {}, values = NO_VALUES }: InitInput, entries: Entry[]) {
  const everywhere = [
    ...values.secrets,
    ...Object.entries(secrets).map(([name, { environment = name }]) => environment),
  ];
  const last: Record<string, string> = Object.fromEntries(values.replaced.map((name) => [name, name]));
  const byValue = new Map<string, string>();
  const literals = entries.flatMap(({ name: service, environment = {} }) =>
    Object.entries(environment).flatMap(([name, value]) =>
      value === null || !isLiteralSecret(name, value) || everywhere.includes(name) ? [] : [{ service, name, value }],
    ),
  );
  for (const { service, name, value } of literals) {
    const differs = literals.some((other) => other.name === name && other.value !== value);
    const secret = differs ? ofService(service, name) : name;
    byValue.set(value, byValue.get(value) ?? secret);
    last[secret] ??= byValue.get(value)!;
  }
  return { secrets: Object.fromEntries(everywhere.map((name) => [name, name])), lastSecrets: last };
}
