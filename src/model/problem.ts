/** Something wrong in a file that a person wrote. All of them are told at once. */
export interface Problem {
  file: string;
  /** From 1; undefined where the file as a whole is meant. */
  line?: number;
  column?: number;
  /** `environments.production.hosts[0]` */
  path?: string;
  /** What is wrong, and what was expected. */
  message: string;
}

/** `windlass.yaml:12:5 environments.production.hosts[0]: is not a URL. Write ssh://user@host or unix:///path.` */
export function describeProblem(p: Problem): string {
  const place = [p.file, p.line, p.line === undefined ? undefined : p.column].filter((part) => part !== undefined);
  return `${place.join(':')}${p.path ? ` ${p.path}` : ''}: ${p.message}`;
}
