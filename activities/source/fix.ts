import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixCompose } from '../../src/manifest/fix/compose';
import { declareSecrets } from '../../src/manifest/fix/manifest';
import { parseManifest } from '../../src/manifest/parse';
import { findComposeFile, findComposeFiles } from './compose/compose-files';
import { MANIFEST } from './read-manifest';

export interface FixedFile {
  file: string;
  before: string;
  after: string;
}

/** The files of a folder that a fix changes, with their new text: compose files and the manifest. Writes nothing. */
export function proposeFixes(dir: string, files?: string[]): FixedFile[] {
  const path = join(dir, MANIFEST);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const manifest = text === undefined ? undefined : parseManifest(MANIFEST, text).manifest;
  const found = [findComposeFile(dir)].filter((file) => file !== undefined);
  const compose = manifest ? Object.values(findComposeFiles(dir, manifest).files).flat() : (files ?? found);
  const fixed = [...new Set(compose)]
    .filter((file) => existsSync(join(dir, file)))
    .map((file) => {
      const before = readFileSync(join(dir, file), 'utf8');
      const { text: after, secrets } = fixCompose(before, manifest?.notSecret);
      return { file, before, after, secrets };
    });
  const secrets = [...new Set(fixed.flatMap((one) => one.secrets))];
  const all = [
    ...fixed.map(({ file, before, after }) => ({ file, before, after })),
    ...(text === undefined ? [] : [{ file: MANIFEST, before: text, after: declareSecrets(MANIFEST, text, secrets) }]),
  ];
  return all.filter(({ before, after }) => before !== after);
}

export function writeFixes(dir: string, fixes: FixedFile[]): void {
  for (const { file, after } of fixes) writeFileSync(join(dir, file), after);
}
