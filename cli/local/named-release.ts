import { dirname, resolve } from 'node:path';
import { releaseName } from '../../src/model/release';
import { git } from './git';

const RELEASE = /^[0-9a-f]{10}(-\w+)*$/;

/** The release that a word names: itself, or that of the commit that git calls so (`HEAD`, `HEAD~1`, `main`, `v1.2`). */
export async function namedRelease(word: string, manifest: string): Promise<string> {
  if (RELEASE.test(word)) return word;
  const folder = dirname(resolve(manifest));
  const commit = await git(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${word}^{commit}`);
  return commit === undefined ? word : releaseName(commit);
}
