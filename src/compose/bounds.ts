import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';

/** The documents of a YAML text within safe limits, or what is wrong with it and at which offset. */
export type BoundedYaml =
  | { documents: Document[]; data: unknown[]; lines: LineCounter }
  | { message: string; offset: number; lines: LineCounter };

/** Limits that even a compose file of a thousand services keeps. */
const MOST_TOKENS = 100_000;
const DEEPEST = 100;
const MOST_ALIASES = 2_000;
/** With all aliases expanded, as docker compose holds it in memory. */
const MOST_NODES = 200_000;

/** Characters that parsers treat differently: one sees a key where another sees text. */
const AMBIGUOUS = /(?![\t\n\r])\p{Cc}|[\u2028\u2029\ufffd]|\r(?!\n)|(?!^)\ufeff/u;
/** The lexer's own marks for documents, scalars and flow ends, which are not part of the text. */
const MARKS = new Set(['\x02', '\x18', '\x1f', '\ufeff']);
const PLAIN_TAGS = new Set(
  ['!reset', '!override', '!'].concat(
    ['str', 'map', 'seq', 'null', 'bool', 'int', 'float'].map((name) => `tag:yaml.org,2002:${name}`),
  ),
);

/** Reads a text within limits of tokens, nesting and aliases, in linear time. */
export function parseBounded(text: string): BoundedYaml {
  const lines = new LineCounter();
  const refuse = (message: string, offset = 0): BoundedYaml => ({ message, offset, lines });
  const sign = AMBIGUOUS.exec(text);
  const early = sign
    ? {
        message:
          'is a character that YAML parsers treat differently. Save the file as UTF-8 with ordinary line breaks, or escape the character',
        offset: sign.index,
      }
    : checkTokens(text);
  if (early) {
    lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
    return refuse(early.message, early.offset);
  }
  // Its own check for duplicate keys compares all pairs.
  const options = {
    lineCounter: lines,
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  } as const;
  const documents = parseAllDocuments(text, options) as Document[];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error?.message.includes('call stack')) return refuse(DEEP, error.pos[0]);
  if (error) return refuse(`is not YAML: ${error.message.replace(/\s+/g, ' ').trim()}`, error.pos[0]);
  try {
    for (const document of documents) new Measure().of(document.contents, 0);
    return { documents, data: documents.map((document) => document.toJS({ maxAliasCount: -1 }) as unknown), lines };
  } catch (found) {
    return refuse((found as Error).message, found instanceof Refused ? found.offset : 0);
  }
}

class Refused extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const DEEP = `is nested deeper than ${DEEPEST} levels. Reduce the nesting`;
const LONG = 'makes this file too long. Split or shorten it';

function checkTokens(text: string): { message: string; offset: number } | undefined {
  let [tokens, aliases, depth, inARow, offset] = [0, 0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    if (token === ']' || token === '}') depth--;
    // Nested lists on one line: `- - - a`.
    if (token === '-' || token === '?') inARow++;
    else if (token !== ' ') inARow = 0;
    if (token.startsWith('*')) aliases++;
    if (depth > DEEPEST || inARow > DEEPEST) return { message: DEEP, offset };
    if (++tokens > MOST_TOKENS || aliases > MOST_ALIASES) return { message: LONG, offset };
    if (!MARKS.has(token)) offset += token.length;
  }
  return undefined;
}

interface Size {
  nodes: number;
  depth: number;
}

/** The size of a document with all aliases expanded, in one pass: every anchor is measured once. */
class Measure {
  private readonly anchors = new Map<string, Size | 'open'>();

  of(node: unknown, above: number): Size {
    if (isPair(node)) return this.ofAll([node.key, node.value], above, node.key);
    if (!isNode(node)) return { nodes: 1, depth: 0 };
    if (above > DEEPEST) throw new Refused(DEEP, offsetOf(node));
    if (isAlias(node)) return this.ofAlias(node.source, above, node);
    checkTag(node);
    if (isMap(node)) checkKeys(node);
    const { anchor } = node as Scalar;
    if (anchor) this.anchors.set(anchor, 'open');
    const size = isCollection(node) ? this.ofAll(node.items, above + 1, node) : { nodes: 1, depth: 0 };
    if (anchor) this.anchors.set(anchor, size);
    return size;
  }

  private ofAll(parts: unknown[], above: number, at: unknown): Size {
    const all = { nodes: 1, depth: 0 };
    for (const part of parts) {
      const { nodes, depth } = this.of(part, above);
      all.nodes += nodes;
      all.depth = Math.max(all.depth, depth + 1);
      if (all.nodes > MOST_NODES)
        throw new Refused(
          `expands to more than ${MOST_NODES} entries through aliases. Use fewer aliases`,
          offsetOf(at),
        );
    }
    return all;
  }

  private ofAlias(name: string, above: number, node: Node): Size {
    const size = this.anchors.get(name);
    if (size === undefined) throw new Refused(`*${name} is not defined before it is used`, offsetOf(node));
    if (size === 'open') throw new Refused(`*${name} refers to itself`, offsetOf(node));
    if (above + size.depth > 2 * DEEPEST) throw new Refused(DEEP, offsetOf(node));
    return size;
  }
}

function checkKeys({ items }: YAMLMap): void {
  const seen = new Set<unknown>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined || name === '<<') continue;
    if (seen.has(name)) throw new Refused('is a duplicate key. Keep one of the two', offsetOf(key));
    seen.add(name);
  }
}

function checkTag({ tag, range }: Node): void {
  if (tag && !PLAIN_TAGS.has(tag))
    throw new Refused(`has the tag ${tag}, which compose files do not support. Remove it`, range?.[0] ?? 0);
}

const offsetOf = (node: unknown): number => (node as Node | null)?.range?.[0] ?? 0;
