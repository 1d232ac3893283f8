import { confirm } from '../confirm';
import { showChange } from '../print/change';
import { note } from '../print/terminal/output';

/** Shows the automatic rewrites for a folder and applies them with consent. Returns a report. */
export async function fixFiles(dir: string, yes: boolean, files?: string[]): Promise<string[]> {
  const { proposeFixes, writeFixes } = await import('../../activities/source/fix');
  const fixes = proposeFixes(dir, files);
  if (fixes.length === 0) return ['Nothing to rewrite.'];
  note(...fixes.flatMap(({ file, before, after }) => showChange(file, before, after)));
  const names = fixes.map(({ file }) => file).join(', ');
  if (!yes && !(await confirm(`Write this to ${names}?`, 'To write it without a question: --yes')))
    return ['Nothing was written.'];
  writeFixes(dir, fixes);
  return [`${names}: rewritten.`];
}
