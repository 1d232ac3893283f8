/** The words of Kubernetes' objects, as far as windlass writes them. */

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [more: string]: unknown;
}

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: object;
}

/** Without what is undefined or empty, at any depth, so that the same is always written in the same way. */
export function compact<T>(value: T): T {
  if (Array.isArray(value)) return value.map((one: unknown) => compact(one)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, one]) => [key, compact<unknown>(one)] as const)
    .filter(([key, one]) => one !== undefined && !(isEmpty(one) && !MEANT_EMPTY.has(key)));
  return Object.fromEntries(entries) as T;
}

/** An empty one of these says something. */
const MEANT_EMPTY = new Set(['emptyDir', 'value', 'data']);

const isEmpty = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value).length === 0
    : Array.isArray(value) && value.length === 0;

/** Kubernetes replaces `$(NAME)` in commands and values; doubled, it stays as it is. */
export const literally = (text: string): string => text.replace(/\$\(/g, '$$$$(');
