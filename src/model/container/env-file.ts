/** Matches an assignment or a comment in an env file; a quoted value may span lines. */
const ENTRY =
  /^[ \t]*(?:#[^\n]*|(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*("(?:[^"\\]|\\[^])*"[^\n]*|'(?:[^'\\]|\\[^])*'[^\n]*|[^\n]*))\n?/gm;

/** Removes the assignments of these names from an env file. */
export const withoutEntries = (text: string, names: string[]): string =>
  text.replace(ENTRY, (entry, name?: string) => (name !== undefined && names.includes(name) ? '' : entry));

/**
 * The entries of an env file whose value is independent of the parser; undefined as value otherwise. Undefined
 * for anything but assignments.
 */
export function readEntries(text: string): Map<string, string | undefined> | undefined {
  const rest = text.replaceAll('\r\n', '\n').replace(ENTRY, '');
  if (rest.trim()) return undefined;
  const entries = [...text.replaceAll('\r\n', '\n').matchAll(ENTRY)];
  return new Map(entries.flatMap(([, name, value]) => (name === undefined ? [] : [[name, plainValue(value!)]])));
}

function plainValue(written: string): string | undefined {
  const [, quoted] = /^(?:"([^"\\$\n]*)"|'([^'\\\n]*)')[ \t]*$/.exec(written) ?? [];
  const value = quoted ?? /^'([^'\\\n]*)'[ \t]*$/.exec(written)?.[1] ?? written.trim();
  return value === written.trim() && /["'\\$#`]/.test(value) ? undefined : value;
}

/** Writes an env file for docker compose; in double quotes only these characters need escaping. */
export const writeEnvFile = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/["$\\\n\r]/g, (sign) => ESCAPED[sign] ?? `\\${sign}`)}"\n`)
    .join('');

const ESCAPED: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r' };

/**
 * Reads an env file like docker compose: `NAME=value`, quoted if it contains spaces; a comment follows ` #`.
 * Nothing is interpolated.
 */
export function readEnvFile(text: string): Record<string, string> {
  const entries = [
    ...text.matchAll(
      /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*[=:](?:[ \t]*("(?:\\.|[^"\\])*"|'[^']*')|([^\r\n]*))/gm,
    ),
  ];
  return Object.fromEntries(
    entries.map(([, name = '', quoted, plain = '']) => [
      name,
      quoted === undefined ? unquoted(plain) : inQuotes(quoted),
    ]),
  );
}

const unquoted = (text: string) => text.replace(/(^|[ \t])#.*$/, '').trim();

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
const inQuotes = (text: string) =>
  text.startsWith("'")
    ? text.slice(1, -1)
    : text.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign);
