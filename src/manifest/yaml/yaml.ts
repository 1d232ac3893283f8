import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { asSentence, type Finding, writePath } from '../../model/text/path';
import type { Problem } from '../../model/text/problem';
import { findPosition } from './position';

/** A YAML text as plain data, what is wrong with it as YAML, and how to point into it. */
export interface YamlReading {
  /** Undefined when the text cannot be read; a duplicate key is only a problem. */
  data?: unknown;
  problems: Problem[];
  point(finding: Finding): Problem;
}

/**
 * Reads one document. `file` is the name that messages begin with, `help` the command that prints what the file may say; `settle` may
 * change the document before it becomes data.
 */
export function readYaml(
  file: string,
  text: string,
  help: string,
  settle: (document: Document) => void = () => undefined,
): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    // A value of !!binary, !!set or !!timestamp is an object with methods of its own, which a schema would take for keys.
    resolveKnownTags: false,
  });
  const point = pointer(file, document, lines);
  const errors = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')];
  const problems = errors.map((error) => syntaxProblem(file, text, lines, error));
  if (errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { problems, point };
  settle(document);
  const read = readData(document, help);
  if ('message' in read) return { problems: [...problems, { file, message: read.message }], point };
  return { data: read.data, problems, point };
}

/** In the order of the text. */
export const inOrder = (problems: Problem[]) =>
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

function pointer(file: string, document: Document, lines: LineCounter): YamlReading['point'] {
  return ({ path, message, atKey }) => ({
    file,
    ...findPosition(document, lines, path, atKey),
    ...(path.length > 0 && { path: writePath(path) }),
    message: asSentence(message),
  });
}

function readData(document: Document, help: string): { data: unknown } | { message: string } {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return data === null || data === undefined ? { message: `is empty. For its keys: ${help}.` } : { data };
  } catch (error) {
    return { message: `cannot be read: ${(error as Error).message}` };
  }
}

function syntaxProblem(file: string, text: string, lines: LineCounter, error: YAMLError): Problem {
  const { line, col } = lines.linePos(error.pos[0]);
  const at = { file, line, column: col };
  if (error.code === 'MULTIPLE_DOCS')
    return {
      ...at,
      message: 'starts a second document. Expected one: remove --- and the rest.',
    };
  if (error.code === 'TAG_RESOLVE_FAILED') return { ...at, message: 'has an unknown YAML tag. Remove the tag.' };
  if (error.code !== 'DUPLICATE_KEY')
    return { ...at, message: `is not YAML: ${asSentence(error.message.replace(/\s+/g, ' ').trim())}` };
  const [key] = /^[^\s:]*/.exec(text.slice(error.pos[0])) ?? [];
  return { ...at, path: key, message: 'is a duplicate key. Keep one of the two.' };
}
