import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../../src/manifest/schema';
import { readEnvFile } from '../../../src/model/container/env-file';
import type { Finding } from '../../../src/model/text/path';
import { isReadable } from './mentioned-files';

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const OVERRIDES = NAMES.map((name) => name.replace('.', '.override.'));

export interface ComposeFiles {
  files: Record<string, string[]>;
  findings: Finding[];
  told: Finding[];
}

/** The first existing name that compose looks for; undefined when there is none. */
export const findComposeFile = (dir: string): string | undefined => NAMES.find((name) => existsSync(join(dir, name)));

/** The file compose merges by itself; undefined when there is none. */
export const findOverride = (dir: string): string | undefined => OVERRIDES.find((name) => existsSync(join(dir, name)));

/** The compose files of every environment: those named in the manifest, else the one compose would find. */
export function findComposeFiles(dir: string, manifest: Manifest): ComposeFiles {
  const found = findComposeFile(dir);
  const common = manifest.compose ?? (found ? [found] : []);
  const missing = (files: string[], path: string[]): Finding[] =>
    files.flatMap((file, index) =>
      existsSync(join(dir, file))
        ? []
        : [{ path: [...path, index], message: `is ${file}, which is not in the commit. Commit it, or name another` }],
    );
  const none: Finding = {
    path: ['compose'],
    message: `is missing, and there is no ${NAMES.join(', ')}. Name the compose files, or put one next to windlass.yaml`,
  };
  const environments = Object.entries(manifest.environments);
  return {
    files: Object.fromEntries(environments.map(([name, { compose }]) => [name, [...common, ...compose]])),
    findings: [
      ...(common.length === 0 ? [none] : missing(common, ['compose'])),
      ...environments.flatMap(([name, { compose }]) => missing(compose, ['environments', name, 'compose'])),
    ],
    told: manifest.compose ? [] : [...reportOverride(dir), ...tellNamed(dir, common)],
  };
}

/** The files that an env file of compose names; undefined when it names none. */
export const filesNamedIn = (values: Record<string, string>): string[] | undefined =>
  values['COMPOSE_FILE']?.split(values['COMPOSE_PATH_SEPARATOR'] ?? ':').filter(Boolean);

/** Compose reads the files that a committed .env names. */
function tellNamed(dir: string, files: string[]): Finding[] {
  const named = isReadable(dir, '.env')
    ? filesNamedIn(readEnvFile(readFileSync(join(dir, '.env'), 'utf8')))
    : undefined;
  if (!named || named.join() === files.join()) return [];
  const message = `does not follow COMPOSE_FILE of .env (${named.join(', ')}). If releases need those files, write compose: [${named.join(', ')}]`;
  return [{ path: ['compose'], message }];
}

function reportOverride(dir: string): Finding[] {
  const override = findOverride(dir);
  if (!override) return [];
  return [
    {
      path: ['compose'],
      message: `does not include ${override}. If releases need it, name all compose files under compose`,
    },
  ];
}
