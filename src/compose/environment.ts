import { isLiteralSecret } from '../model/secret';
import type { ComposeService } from './model';
import type { Notes } from './notes';

/** The environment of a service: nothing may come from the machine, and no secret may be written out. */
export function readEnvironment(
  service: ComposeService,
  notSecret: string[],
  at: string[],
  notes: Notes,
): Record<string, string> {
  const entries = Object.entries(service.environment ?? {}).flatMap(([name, value]): [string, string][] => {
    const path = [...at, 'environment', name];
    if (value === null) {
      notes.refuse(
        path,
        'takes its value from wherever compose runs. Declare it under variables or secrets of the environment, or remove it',
      );
      return [];
    }
    if (isLiteralSecret(name, value) && !notSecret.includes(name))
      notes.refuse(
        path,
        `looks like a secret that is written out. Write ${name}: \${${name}:-…} here, with what a laptop may use, and declare ` +
          `${name} under secrets of the environment in windlass.yaml; if it is none, list it there under notSecret`,
      );
    return [[name, value]];
  });
  return Object.fromEntries(entries);
}
