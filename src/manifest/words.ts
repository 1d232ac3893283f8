import type { z } from 'zod';
import type { Finding, Path } from '../model/path';
import { didYouMean } from '../model/suggest';

type Issue = z.core.$ZodIssue;

const NOUNS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

/**
 * What a schema's issue says in words: what is wrong, what was expected. `data` is what was read, `keysAt` the keys that
 * the schema knows at a place. What was written is not repeated where it may be a secret.
 */
export function explainIssue(issue: Issue, data: unknown, keysAt: (path: Path) => string[]): Finding[] {
  const path = issue.path as Path;
  const value = valueAt(data, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `is not known here. ${didYouMean(key, keysAt(path))}`,
        atKey: true,
      }));
    case 'invalid_type':
      if (isCustom(issue) && value !== undefined) return [{ path, message: issue.message }];
      return [{ path, message: `${describe(value)}. Expected ${NOUNS[issue.expected] ?? issue.expected}` }];
    case 'invalid_value':
      return [{ path, message: `${isCustom(issue) ? issue.message : notOneOf(value, issue.values)}` }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: isCustom(issue) ? issue.message : outOfRange(issue, value) }];
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? issue.message, atKey: true }];
    case 'invalid_union':
      return isCustom(issue) ? [{ path, message: issue.message }] : explainUnion(issue, data, keysAt);
    default:
      return [{ path, message: issue.message }];
  }
}

/** Of a union, what is said of the variant that was meant: the one whose very type is not wrong. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, data: unknown, keysAt: (path: Path) => string[]): Finding[] {
  const path = issue.path as Path;
  const isText = typeof valueAt(data, path) !== 'object';
  // Of a list of words zod says the same of a text that is none of them and of what is no text.
  const isOfType = (inner: Issue) =>
    inner.path.length > 0 || (inner.code !== 'invalid_type' && (isText || inner.code !== 'invalid_value'));
  const meant = issue.errors.filter((one) => one.every((inner) => isOfType(inner as Issue)));
  const [only] = meant;
  if (only && meant.length === 1)
    return only.flatMap((inner) => explainIssue({ ...inner, path: [...path, ...inner.path] } as Issue, data, keysAt));
  const expected = issue.errors.flatMap((one) =>
    one.flatMap((inner) => (inner.code === 'invalid_type' ? inner.expected : [])),
  );
  const nouns = [...new Set(expected.map((word) => NOUNS[word] ?? word))];
  return [{ path, message: `${describe(valueAt(data, path))}. Expected ${nouns.join(' or ')}` }];
}

/** Messages of our own begin with a verb; those of zod with a capital letter. */
const isCustom = ({ message }: Issue) => !/^[A-Z]/.test(message);

const notOneOf = (value: unknown, values: readonly unknown[]) =>
  `is ${JSON.stringify(value)}. Expected ${values.map(String).join(' or ')}`;

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, value: unknown): string {
  const [bound, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  if (typeof value === 'string')
    return value === '' ? 'is empty. Expected a text' : `is too long. Expected ${bound} ${limit} signs`;
  return `is ${JSON.stringify(value)}. Expected ${bound} ${limit}`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'has keys of its own';
  return typeof value === 'string' ? 'is a text' : `is ${JSON.stringify(value)}`;
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown> | null | undefined)?.[part],
    data,
  );
}
