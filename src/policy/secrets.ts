import { cleanPath } from '../model/text/clean-path';
import type { SecretSource } from '../model/release';
import { matches } from './pattern';
import type { SecretPatterns } from './schema';

export type SecretKind = keyof SecretPatterns;

/** Which kind of patterns a source is judged by: an entry of an env file is read from a file. */
export const kindOfSource = (source: SecretSource): SecretKind =>
  'env' in source ? 'env' : 'exec' in source ? 'exec' : 'file';

/** The patterns of a kind as texts, for messages. */
export const describePatterns = (patterns: SecretPatterns, kind: SecretKind): string[] =>
  kind === 'exec' ? patterns.exec.map((words) => words.join(' ')) : patterns[kind];

/** May a secret be read there? */
export function allowsSource(patterns: SecretPatterns, source: SecretSource): boolean {
  if ('env' in source) return patterns.env.some((pattern) => matches(pattern, source.env));
  if ('exec' in source) return patterns.exec.some((words) => isCommand(words, source.exec));
  const file = 'file' in source ? source.file : source.entry[0];
  // What is cleaned is read as it is written: `link/..` would be elsewhere.
  return cleanPath(file) === file && patterns.file.some((pattern) => matches(pattern, file));
}

const isCommand = (patterns: string[], words: string[]): boolean =>
  patterns.length === words.length &&
  patterns.every((pattern, index) => {
    const word = words[index]!;
    return matches(pattern, word) && !(pattern.startsWith('*') && word.startsWith('-'));
  });
