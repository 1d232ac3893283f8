import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src/manifest/schema';
import type { Finding } from '../../src/model/path';

/** The names that compose itself looks for, in its order. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const OVERRIDES = NAMES.map((name) => name.replace('.', '.override.'));

export interface ComposeFiles {
  /** Of each environment, in the order of merging. */
  files: Record<string, string[]>;
  /** Paths begin at the top of the manifest. */
  findings: Finding[];
  told: Finding[];
}

/** The first of the names that compose looks for; undefined when none is there. */
export const findComposeFile = (dir: string): string | undefined => NAMES.find((name) => existsSync(join(dir, name)));

/** The compose files of every environment: those that the manifest names, else the one that compose would find. */
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
    message: `is not said, and there is no ${NAMES.join(', ')}. Name the compose files, or put one beside windlass.yaml`,
  };
  const environments = Object.entries(manifest.environments);
  return {
    files: Object.fromEntries(environments.map(([name, { compose }]) => [name, [...common, ...compose]])),
    findings: [
      ...(common.length === 0 ? [none] : missing(common, ['compose'])),
      ...environments.flatMap(([name, { compose }]) => missing(compose, ['environments', name, 'compose'])),
    ],
    told: manifest.compose ? [] : tellOverride(dir),
  };
}

/** What `docker compose up` takes in by itself is for a laptop, mostly. */
function tellOverride(dir: string): Finding[] {
  const override = OVERRIDES.find((name) => existsSync(join(dir, name)));
  if (!override) return [];
  return [
    { path: ['compose'], message: `leaves out ${override}. If releases need it, name all compose files under compose` },
  ];
}
