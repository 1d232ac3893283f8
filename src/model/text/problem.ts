/** A problem in a file. All of them are reported at once. */
export interface Problem {
  file: string;
  /** From 1; undefined for the whole file. */
  line?: number;
  column?: number;
  path?: string;
  message: string;
}

/** `windlass.yaml:12:5 environments.production.hosts[0]: is not a URL. Write ssh://user@host or unix:///path.` */
export function describeProblem(p: Problem): string {
  const place = [p.file, p.line, p.line === undefined ? undefined : p.column].filter((part) => part !== undefined);
  return `${place.join(':')}${p.path ? ` ${p.path}` : ''}: ${p.message}`;
}
