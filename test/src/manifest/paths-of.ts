/** Every key path of plain data, in the words of the reference: `environments.NAME.routes[].host`. */
export function pathsOf(data: unknown, known: Set<string>, prefix = ''): string[] {
  if (Array.isArray(data)) return data.flatMap((item) => pathsOf(item, known, `${prefix}[]`));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const named = prefix ? `${prefix}.${key}` : key;
    const path = known.has(named) ? named : `${prefix}.NAME`;
    return [path, ...pathsOf(value, known, path)];
  });
}
