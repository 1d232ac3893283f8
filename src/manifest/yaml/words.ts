import type { z } from 'zod';
import type { Finding, Path } from '../../model/text/path';
import { didYouMean } from '../../model/text/suggest';

type Issue = z.core.$ZodIssue;

const NOUNS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
};

/**
 * Describes a schema issue: what is wrong and what was expected. `data` is the input, `keysAt` the known keys
 * at a path. Values that may be secret are not repeated.
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

function explainUnion(issue: z.core.$ZodIssueInvalidUnion, data: unknown, keysAt: (path: Path) => string[]): Finding[] {
  const path = issue.path as Path;
  const isText = typeof valueAt(data, path) !== 'object';
  // zod reports a wrong text and a non-text alike for a list of words.
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

const isCustom = ({ message }: Issue) => !/^[A-Z]/.test(message);

const notOneOf = (value: unknown, values: readonly unknown[]) =>
  `is ${JSON.stringify(value)}. Expected ${values.map(String).join(' or ')}`;

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, value: unknown): string {
  const [bound, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  if (typeof value === 'string')
    return value === '' ? 'is empty. Expected a string' : `is too long. Expected ${bound} ${limit} characters`;
  return `is ${JSON.stringify(value)}. Expected ${bound} ${limit}`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'is empty';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'has keys of its own';
  return typeof value === 'string' ? 'is a string' : `is ${JSON.stringify(value)}`;
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown> | null | undefined)?.[part],
    data,
  );
}
