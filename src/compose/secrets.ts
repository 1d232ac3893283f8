import type { Path } from '../model/path';
import { secretsIn } from '../model/secret';
import { didYouMean } from '../model/suggest';
import type { ComposeService } from './model';
import type { Notes } from './notes';

/** Where the worker puts values in when it makes the container. */
const RESOLVED = ['environment', 'command', 'entrypoint', 'healthcheck'];

/** A secret may stand where its value reaches nothing but the container, and must be declared. */
export function checkSecrets(service: ComposeService, declared: string[], at: string[], notes: Notes): void {
  for (const { path, name } of references(service, [])) {
    const [key] = path;
    const where = [...at, ...path];
    if (!declared.includes(name))
      notes.refuse(
        where,
        `refers to the secret ${name}, which the environment does not declare. ${didYouMean(name, declared)}`,
      );
    else if (key === 'build')
      notes.refuse(
        where,
        `gives the secret ${name} to the build, and whoever has the image could read it. Read it when the container runs, from the environment`,
      );
    else if (!RESOLVED.includes(String(key)))
      notes.refuse(
        where,
        `holds the secret ${name}, which would be recorded or shown there. Secrets may stand under environment, command, entrypoint and healthcheck`,
      );
    else if (key !== 'environment')
      notes.tell(
        where,
        `holds the secret ${name}: everybody on the host can read it in the list of processes. Better take it from the environment`,
      );
  }
}

/** Every reference in any text of plain data. */
function references(data: unknown, path: Path): { path: Path; name: string }[] {
  if (typeof data === 'string') return secretsIn(data).map((name) => ({ path, name }));
  if (Array.isArray(data)) return data.flatMap((item, index) => references(item, [...path, index]));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => references(value, [...path, key]));
}
