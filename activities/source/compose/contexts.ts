import { statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { BuildSpec } from '../../../src/model/container/build';
import type { Finding } from '../../../src/model/text/path';

/** Folders that are built and that the commit does not have, with their Dockerfiles; else the build would tell, minutes later. */
export function checkContexts(
  dir: string,
  builds: BuildSpec[],
  given: string[],
  isCommitted: (file: string) => boolean = () => true,
): Finding[] {
  return builds
    .filter(({ service }) => !given.includes(service))
    .flatMap(({ service, context, dockerfile, dockerfileText }): Finding[] => {
      const path = ['services', service, 'build'];
      if (!isFolder(join(dir, context)))
        return [
          { path, message: `builds ${context}, which is no folder of the commit. Commit it, or correct the path` },
        ];
      const file = relative(dir, resolve(dir, context, dockerfile));
      if (dockerfileText !== undefined || isWithin(file, isCommitted)) return [];
      return [
        { path, message: `builds ${file}, which git does not have: is it ignored? Commit it, or build something else` },
      ];
    });
}

function isWithin(file: string, isCommitted: (file: string) => boolean): boolean {
  for (let path = file; path !== '.' && path !== '/' && !path.endsWith('..'); path = dirname(path))
    if (isCommitted(path)) return true;
  return false;
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
