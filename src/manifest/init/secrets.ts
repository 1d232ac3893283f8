import { isLiteralSecret } from '../../model/container/secret';
import { type Entry, type InitInput, NO_VALUES } from './types';

/** Literal secrets get a variable in the last environment; equal values share it. */
export function chooseSecrets({ secrets = {}, values = NO_VALUES }: InitInput, entries: Entry[]) {
  const everywhere = [
    ...values.secrets,
    ...Object.entries(secrets).map(([name, { environment = name }]) => environment),
  ];
  const last: Record<string, string> = Object.fromEntries(values.replaced.map((name) => [name, name]));
  const byValue = new Map<string, string>();
  for (const { environment = {} } of entries)
    for (const [name, value] of Object.entries(environment)) {
      if (value === null || !isLiteralSecret(name, value) || everywhere.includes(name)) continue;
      byValue.set(value, byValue.get(value) ?? name);
      last[name] ??= byValue.get(value)!;
    }
  return { secrets: Object.fromEntries(everywhere.map((name) => [name, name])), lastSecrets: last };
}
