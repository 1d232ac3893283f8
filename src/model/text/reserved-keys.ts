import type { Finding, Path } from './path';

/**
 * Keys that every object of JavaScript has of itself, as `constructor`: looked up by such a name, a table that does not have it would
 * answer all the same. `__proto__` cannot even be carried.
 */
export function reservedKeys(data: unknown, path: Path = []): Finding[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const inner = [...path, Array.isArray(data) ? Number(key) : key];
    if (Array.isArray(data) || !Object.hasOwn(Object.prototype, key)) return reservedKeys(value, inner);
    return [{ path: inner, message: 'is a reserved name. Choose another one', atKey: true }];
  });
}
