import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { Path } from '../../model/text/path';

export interface Position {
  line: number;
  column: number;
}

/**
 * The position of a path in a YAML text. A scalar or list item has its own position, any other value its key's,
 * and a missing one that of the nearest key above.
 */
export function findPosition(document: Document, lines: LineCounter, path: Path, atKey = false): Position {
  let node: unknown = document.contents;
  let place: number | undefined;
  let found = 0;
  for (const part of path) {
    const step = stepInto(node, part);
    if (!step) break;
    found += 1;
    place =
      found === path.length && isScalar(step.node) && !atKey ? offsetOf(step.node) : (step.key ?? offsetOf(step.node));
    node = step.node;
  }
  const { line, col } = lines.linePos(place ?? offsetOf(document.contents) ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The length of the path's part that exists: 2 of `['services', 'web', 'ports']` when `web` has no `ports`. */
export function depthOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  for (const [depth, part] of path.entries()) {
    const step = stepInto(node, part);
    if (!step) return depth;
    node = step.node;
  }
  return path.length;
}

function stepInto(node: unknown, part: string | number): { node: unknown; key?: number } | undefined {
  if (isSeq(node) && typeof part === 'number') return part < node.items.length ? { node: node.items[part] } : undefined;
  if (!isMap(node)) return undefined;
  const pair = (node.items as Pair<unknown, unknown>[]).find(
    ({ key }) => String(isScalar(key) ? key.value : key) === String(part),
  );
  return pair && { node: pair.value, key: offsetOf(pair.key) };
}

const offsetOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];
