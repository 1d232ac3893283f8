import type { Dialect } from './dialect';

/** The functions of a kind of proxy, as a script of a shell begins with them. */
export const shellOf = ({ shell, extension }: Pick<Dialect, 'shell' | 'extension'>): string =>
  [`extension=${extension}`, ...Object.entries(shell).map(([name, body]) => `${name}() {\n${body.trim()}\n}`), ''].join(
    '\n',
  );
