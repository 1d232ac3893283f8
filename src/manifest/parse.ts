import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { asSentence, type Finding, type Path, writePath } from '../model/path';
import type { Problem } from '../model/problem';
import { keysAt } from './keysAt';
import { findPosition } from './position';
import { checkManifest } from './rules';
import { type Manifest, manifest as schema } from './schema';
import { keepNumbersAsWritten } from './scalars';
import { explainIssue, valueAt } from './words';

/** What a text says: the manifest where it can be had at all, everything that is wrong, and how to point into the text. */
export interface Parsed {
  /** Undefined when the schema refuses the text. With problems of the rules alone it is there, to look for more. */
  manifest?: Manifest;
  problems: Problem[];
  /** Turns a finding into a problem with its line and column. */
  point(finding: Finding): Problem;
}

/**
 * A manifest's text → the manifest, or all that is wrong with it, in the order of the text. `file` is the name that
 * messages begin with.
 */
export function parseManifest(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' });
  const point = pointer(file, document, lines);
  const syntax = document.errors.map((error) => syntaxProblem(file, text, lines, error));
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { problems: syntax, point };
  keepNumbersAsWritten(document);
  const read = readData(document);
  if ('message' in read) return { problems: [...syntax, { file, message: read.message }], point };
  const checked = schema.safeParse(read.data);
  const findings = checked.success ? checkManifest(checked.data) : explainAll(checked.error, read.data);
  const problems = inOrder([...syntax, ...findings.map(point)]);
  return { ...(checked.success && { manifest: checked.data }), problems, point };
}

function pointer(file: string, document: Document, lines: LineCounter): Parsed['point'] {
  return ({ path, message, atKey }) => ({
    file,
    ...findPosition(document, lines, path, atKey),
    ...(path.length > 0 && { path: writePath(path) }),
    message: asSentence(message),
  });
}

function readData(document: Document): { data: unknown } | { message: string } {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return data === null || data === undefined
      ? { message: 'is empty. windlass docs prints what it may say.' }
      : { data };
  } catch (error) {
    return { message: `cannot be read: ${(error as Error).message}` };
  }
}

/** The problems of the schema, and those that the rules find in the rest, with stand-ins for what the schema refuses. */
function explainAll(error: z.ZodError, data: unknown): Finding[] {
  const findings = error.issues.flatMap((issue) => explainIssue(issue, data, keysAt));
  const rest = structuredClone(data);
  for (const { path } of findings) putStandIn(rest, path);
  const salvaged = schema.safeParse(rest);
  if (!salvaged.success) return findings;
  const isNews = ({ path }: Finding) => !findings.some((one) => isWithin(path, one.path) || isWithin(one.path, path));
  return [...findings, ...checkManifest(salvaged.data).filter(isNews)];
}

/** Removes what is refused; what cannot be missing, or is an item that others are counted by, is replaced. */
function putStandIn(data: unknown, path: Path): void {
  const isAddressOfHost = path.at(-1) === 'address' && path.at(-3) === 'hosts';
  if (isAddressOfHost) return putStandIn(data, path.slice(0, -1));
  const last = path.at(-1);
  const parent = valueAt(data, path.slice(0, -1));
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  const place = parent as Record<string | number, unknown>;
  if (path.length === 1 && last === 'app') place[last] = 'app';
  else if (path.at(-2) === 'hosts') place[last] = `unix:///${last}`;
  else if (typeof last === 'string') delete place[last];
}

const isWithin = (inner: Path, outer: Path) => outer.every((part, index) => inner[index] === part);

function syntaxProblem(file: string, text: string, lines: LineCounter, error: Document['errors'][number]): Problem {
  const { line, col } = lines.linePos(error.pos[0]);
  const at = { file, line, column: col };
  if (error.code !== 'DUPLICATE_KEY')
    return { ...at, message: `is not YAML: ${asSentence(error.message.replace(/\s+/g, ' ').trim())}` };
  const [key] = /^[^\s:]*/.exec(text.slice(error.pos[0])) ?? [];
  return { ...at, path: key, message: 'is a key that was written before. Keep one of the two.' };
}

const inOrder = (problems: Problem[]) =>
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
