import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** Applies all edits; skips one that overlaps an earlier one. */
export function applyEdits(text: string, edits: Edit[]): string {
  const sorted = [...edits].sort((a, b) => b.from - a.from || b.to - a.to);
  let end = Infinity;
  return sorted.reduce((changed, { from, to, text: put }) => {
    if (to > end) return changed;
    end = from;
    return changed.slice(0, from) + put + changed.slice(to);
  }, text);
}

/** The target of an alias, or the node itself. */
export const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

/** A map's entries, including those merged by `<<`, as written at their definition. */
export function entriesOf(document: Document, node: unknown): { key: string; value: unknown }[] {
  const map = resolved(document, node);
  if (!isMap(map)) return [];
  return (map.items as Pair[]).flatMap(({ key, value }) => {
    const name = String(isScalar(key) ? key.value : key);
    if (name !== '<<') return [{ key: name, value }];
    const merged = resolved(document, value);
    return (isSeq(merged) ? merged.items : [merged]).flatMap((one) => entriesOf(document, one));
  });
}

/** Adds `key: value` to the map at a path of keys; creates the path's last part if needed. */
export function insertEntry(document: Document, text: string, path: string[], key: string, value: string): Edit[] {
  const map = document.getIn(path, true);
  if (isMap(map) && map.items.length > 0) return [insertInto(map, text, `${key}: ${value}`)];
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const last = path.at(-1)!;
  if (!isMap(parent)) return [];
  const pair = (parent.items as Pair[]).find((one) => isScalar(one.key) && one.key.value === last);
  if (!pair) {
    if (parent.flow) return [insertInto(parent, text, `${last}: { ${key}: ${value} }`)];
    const indent = ' '.repeat(columnOf(text, startOf(parent.items[0]!)));
    return [insertInto(parent, text, `${last}:\n${indent}  ${key}: ${value}`)];
  }
  // Replaces an empty value: `secrets:` or `secrets: {}`.
  const at = (pair.key as Node).range![1];
  const end = (pair.value as Node | null)?.range?.[1] ?? at;
  return [{ from: at, to: Math.max(end, at), text: `: { ${key}: ${value} }` }];
}

const startOf = (pair: Pair<unknown, unknown>): number => (pair.key as Node).range![0];
const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

function insertInto(map: YAMLMap, text: string, entry: string): Edit {
  const last = map.items.at(-1) as Pair;
  const end = ((last.value ?? last.key) as Node).range![1];
  if (map.flow) return { from: end, to: end, text: `, ${entry}` };
  const indent = ' '.repeat(columnOf(text, startOf(map.items[0] as Pair)));
  // After the line and its trailing comment.
  const lineEnd = text.indexOf('\n', Math.max(end - 1, 0));
  const at = lineEnd < 0 ? text.length : lineEnd;
  return { from: at, to: at, text: `\n${indent}${entry}` };
}
