/**
 * How people go on with what an environment ran, once windlass has left it. The command is `before`, then `option` and name of each file,
 * then `after`; its files are those of the manifest, or the one `file` that is written. Without `option` it takes none.
 */
export interface HandOver {
  says: string;
  command: { before: string; option?: string; after: string };
  file?: { name: string; text: string };
  /** Where the command is to be run, and with what. */
  where: string;
}

export const commandOf = ({ command: { before, option, after } }: HandOver, files: string[]): string =>
  [before, ...(option ? files.map((file) => `${option} ${file}`) : []), after].filter((word) => word !== '').join(' ');
