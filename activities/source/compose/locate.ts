import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Document, LineCounter } from 'yaml';
import { parseBounded } from '../../../src/compose/bounds';
import { depthOf, findPosition } from '../../../src/manifest/yaml/position';
import { asSentence, type Path, writePath } from '../../../src/model/text/path';
import type { Problem } from '../../../src/model/text/problem';
import { type ComposeFinding, LARGEST } from '../../drivers/compose/compose-program';
import { mentionedBy } from './mentioned-files';

interface ComposeFile {
  file: string;
  text: string;
  document: Document;
  lines: LineCounter;
}

/** Maps problems of a compose model to lines in its files. */
export function locatorFor(dir: string, files: string[]): (finding: ComposeFinding) => Problem {
  const read = files.map((file) => readComposeFile(dir, file));
  return (finding) => {
    if (!finding.variable || finding.line) return { ...placeOf(read, finding), message: asSentence(finding.message) };
    const { inEnvFile, ...place } = placeOfVariable(dir, read, finding.variable);
    const quote = ' Put a literal $ in single quotes there.';
    return { ...place, message: `${asSentence(finding.message)}${inEnvFile ? quote : ''}` };
  };
}

function readComposeFile(dir: string, file: string): ComposeFile {
  const path = join(dir, file);
  const stats = statSync(path, { throwIfNoEntry: false });
  const text = stats?.isFile() && stats.size <= LARGEST ? readFileSync(path, 'utf8') : '';
  const read = parseBounded(text);
  const document = 'documents' in read ? read.documents[0] : undefined;
  return { file, text, lines: read.lines, document: document ?? new Document() };
}

function placeOf(read: ComposeFile[], { path, file, line, column }: ComposeFinding): Omit<Problem, 'message'> {
  if (file && line) return { file, line, column, ...(path && { path: writePath(path) }) };
  if (path) return placeOfPath(read.length > 1 ? withoutIndex(path) : path, read);
  return { file: file ?? read.map((one) => one.file).join(', ') };
}

function placeOfPath(path: Path, read: ComposeFile[]): Omit<Problem, 'message'> {
  const ranked = read.map((one, order) => ({ ...one, order, depth: depthOf(one.document, path) }));
  const [best] = ranked.sort((a, b) => b.depth - a.depth || b.order - a.order);
  const where = writePath(path);
  if (!best || best.depth === 0) return { file: read.map((one) => one.file).join(', '), path: where };
  return { file: best.file, ...findPosition(best.document, best.lines, path), path: where };
}

/** Merging concatenates lists, so an item's index differs from the file's. */
function withoutIndex(path: Path): Path {
  const index = path.findIndex((part) => typeof part === 'number');
  return index < 0 ? path : path.slice(0, index);
}

function placeOfVariable(
  dir: string,
  read: ComposeFile[],
  variable: string,
): Omit<Problem, 'message'> & { inEnvFile?: boolean } {
  const seen = new Set(read.map(({ file }) => file));
  const queue = [...read];
  const envFiles: string[] = ['.env'];
  for (const { file, text, lines, document } of queue) {
    const place = placeIn(text, lines, variable);
    if (place) return { file, ...place };
    const mentioned = mentionedBy(dir, file, document);
    envFiles.push(...mentioned.env);
    for (const other of mentioned.compose.filter((name) => !seen.has(name))) {
      seen.add(other);
      queue.push(readComposeFile(dir, other));
    }
  }
  for (const file of envFiles.filter((name) => existsSync(join(dir, name)))) {
    const text = readFileSync(join(dir, file), 'utf8');
    const lines = new LineCounter();
    for (const { index } of text.matchAll(/^/gm)) lines.addNewLine(index);
    const place = placeIn(text, lines, variable);
    if (place) return { file, ...place, inEnvFile: true };
  }
  return { file: read.map((one) => one.file).join(', ') };
}

function placeIn(text: string, lines: LineCounter, variable: string) {
  const bare = text.replace(/(^|\s)#[^\n]*/g, (comment) => ' '.repeat(comment.length).replace(/^ /, comment[0]!));
  for (const { 0: found, index } of bare.matchAll(/\$\$|\$\{?(\w+)/g)) {
    if (found.replace(/^\$\{?/, '') !== variable) continue;
    const { line, col } = lines.linePos(index);
    return { line, column: col };
  }
  return undefined;
}
