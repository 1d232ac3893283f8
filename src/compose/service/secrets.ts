import type { Path } from '../../model/text/path';
import { secretsIn } from '../../model/container/secret';
import { didYouMean } from '../../model/text/suggest';
import type { ComposeService } from '../model';
import type { Diagnostics } from '../diagnostics';

const RESOLVED = ['environment', 'command', 'entrypoint', 'healthcheck'];

/** A secret must be declared, and may be used only where its value reaches nothing but the container. */
export function checkSecrets(service: ComposeService, declared: string[], at: string[], notes: Diagnostics): void {
  for (const { path, name } of references(service, [])) {
    const [key] = path;
    const where = [...at, ...path];
    if (!declared.includes(name))
      notes.refuse(
        where,
        `refers to secret ${name}, but the environment does not declare it. ${didYouMean(name, declared)}`,
      );
    else if (key === 'build')
      notes.refuse(
        where,
        `passes secret ${name} to the build, and everyone with the image could read it. Read it in the running container's environment`,
      );
    else if (!RESOLVED.includes(String(key)))
      notes.refuse(
        where,
        `contains secret ${name}, which would be recorded or shown. Use secrets only in environment, command, entrypoint and healthcheck`,
      );
    else if (key !== 'environment')
      notes.tell(
        where,
        `contains secret ${name}, which everyone on the host can read in the process list. Prefer the environment`,
      );
  }
}

function references(data: unknown, path: Path): { path: Path; name: string }[] {
  if (typeof data === 'string') return secretsIn(data).map((name) => ({ path, name }));
  if (Array.isArray(data)) return data.flatMap((item, index) => references(item, [...path, index]));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => references(value, [...path, key]));
}
