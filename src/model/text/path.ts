/** A path in keys and lists: `['environments', 'production', 'hosts', 0]`. */
export type Path = (string | number)[];

/** `environments.production.hosts[0]`; keys with unusual characters are quoted. */
export function writePath(path: Path): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

/** Ends a message with a full stop, unless it is a question. */
export const asSentence = (message: string) => (/[.?!]$/.test(message) ? message : `${message}.`);

/** A problem at a path in a file; `problem.ts` has its form with a line. */
export interface Finding {
  path: Path;
  message: string;
  atKey?: boolean;
}
