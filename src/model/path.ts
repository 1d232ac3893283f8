/** Where something is in a file of keys and lists: `['environments', 'production', 'hosts', 0]`. */
export type Path = (string | number)[];

/** `environments.production.hosts[0]`; a key with other signs than letters, digits, `_` and `-` stands in quotes. */
export function writePath(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

/** Messages are sentences: the last sign is a full stop, unless it is a question. */
export const asSentence = (message: string) => (/[.?!]$/.test(message) ? message : `${message}.`);

/** Something wrong at a place of a file; `problem.ts` has what it becomes once the line is known. */
export interface Finding {
  path: Path;
  /** What is wrong, and what was expected. */
  message: string;
  /** The key itself is wrong, not what it is set to. */
  atKey?: boolean;
}
