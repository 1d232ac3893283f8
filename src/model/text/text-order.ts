/** Compares by UTF-16 code units, the same on every machine; `localeCompare` depends on the locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
