import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { depthOf, findPosition } from '../../src/manifest/position';
import { asSentence, type Path, writePath } from '../../src/model/path';
import type { Problem } from '../../src/model/problem';
import type { ComposeFinding } from '../drivers/compose';

interface ComposeFile {
  file: string;
  text: string;
  document: Document;
  lines: LineCounter;
}

/** Turns what is said of a compose model into what is said of a line of one of its files. */
export function locatorFor(dir: string, files: string[]): (finding: ComposeFinding) => Problem {
  const read = files.map((file) => readComposeFile(dir, file));
  return (finding) => ({ ...placeOf(read, finding), message: asSentence(finding.message) });
}

function readComposeFile(dir: string, file: string): ComposeFile {
  const text = readFileSync(join(dir, file), 'utf8');
  const lines = new LineCounter();
  return { file, text, lines, document: parseDocument(text, { lineCounter: lines, logLevel: 'silent', merge: true }) };
}

function placeOf(
  read: ComposeFile[],
  { path, variable, file, line, column }: ComposeFinding,
): Omit<Problem, 'message'> {
  if (file && line) return { file, line, column };
  if (variable) return placeOfVariable(read, variable);
  if (path) return placeOfPath(read.length > 1 ? withoutIndex(path) : path, read);
  return { file: file ?? read.map((one) => one.file).join(', ') };
}

/** The last file that says the most of the path: an overlay has the last word. */
function placeOfPath(path: Path, read: ComposeFile[]): Omit<Problem, 'message'> {
  const ranked = read.map((one, order) => ({ ...one, order, depth: depthOf(one.document, path) }));
  const [best] = ranked.sort((a, b) => b.depth - a.depth || b.order - a.order);
  const where = writePath(path);
  if (!best || best.depth === 0) return { file: read.map((one) => one.file).join(', '), path: where };
  return { file: best.file, ...findPosition(best.document, best.lines, path), path: where };
}

/** Merging makes one list of those of all files: an item's number there is none in a file. */
function withoutIndex(path: Path): Path {
  const index = path.findIndex((part) => typeof part === 'number');
  return index < 0 ? path : path.slice(0, index);
}

function placeOfVariable(read: ComposeFile[], variable: string): Omit<Problem, 'message'> {
  for (const { file, text, lines } of read) {
    const offset = text.search(new RegExp(`\\$(\\{${variable}\\b|${variable}\\b)`));
    if (offset < 0) continue;
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  }
  return { file: read.map((one) => one.file).join(', ') };
}
