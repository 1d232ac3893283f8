/**
 * Readers of untrusted values: what arrives by signal or update is `unknown`. Each reader builds a new value
 * from known fields, so that nothing else, such as a prototype, is carried along.
 */

/** Returns the typed value or throws `Unreadable`; `at` is its place in the message: `record.registry`. */
export type Reader<T> = (value: unknown, at: string) => T;

class Unreadable extends Error {}

export type Reading<T> = { value: T } | { refused: string };

export function read<T>(reader: Reader<T>, value: unknown): Reading<T> {
  try {
    return { value: reader(value, '') };
  } catch (error) {
    if (error instanceof Unreadable) return { refused: error.message };
    throw error;
  }
}

/** Fails with the value found and what was expected. */
export function expected(what: string, value: unknown, at: string): never {
  throw new Unreadable(`${at || 'the message'}: is ${describeValue(value)}. Expected ${what}`);
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (typeof value === 'string')
    return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isBytes(value) ? 'bytes' : 'an object';
}

const isBytes = (value: unknown): boolean => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/** The longest name in bytes; Temporal's limit for workflow ids. */
const LONGEST_NAME = 300;
const LONGEST_TEXT = 4_096;
const LONGEST_PROSE = 20_000;
/** An unpaired surrogate, which no valid text contains. */
const HALVES = /\p{Surrogate}/gu;

/** A name: not empty, one line, bounded. */
export const name: Reader<string> = (value, at) =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !/[\p{Cc}\p{Surrogate}]/u.test(value)
    ? value
    : expected(`a name of 1 to ${LONGEST_NAME} characters`, value, at);

/** A path, address or argument: any bounded text. */
export const text: Reader<string> = (value, at) =>
  typeof value === 'string' && value.length <= LONGEST_TEXT && !/\p{Surrogate}/u.test(value)
    ? value
    : expected(`a string of at most ${LONGEST_TEXT} characters`, value, at);

/** Text for people; cut if too long, because the message still counts. */
export const words: Reader<string> = (value, at) =>
  typeof value === 'string' ? value.slice(0, LONGEST_PROSE).replace(HALVES, '\uFFFD') : expected('a text', value, at);

export const time: Reader<string> = (value, at) =>
  typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value))
    ? value
    : expected('a time such as 2030-01-31T12:00:00Z', value, at);

export const flag: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : expected('true or false', value, at);

/** A flag that is `true` or missing. */
export const mark: Reader<true> = (value, at) => (value === true ? value : expected('true, or nothing', value, at));

export const count: Reader<number> = (value, at) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : expected('a whole number', value, at);

export const word =
  <T extends string>(...known: T[]): Reader<T> =>
  (value, at) =>
    known.find((one) => one === value) ?? expected(known.map((one) => `"${one}"`).join(' or '), value, at);

export const optional =
  <T>(reader: Reader<T>): Reader<T | undefined> =>
  (value, at) =>
    value === undefined || value === null ? undefined : reader(value, at);

/** A field that older builds did not send. */
export const orElse =
  <T>(reader: Reader<T>, otherwise: T): Reader<T> =>
  (value, at) =>
    value === undefined || value === null ? otherwise : reader(value, at);

/** Optional text, as people leave it out in a form. */
export const prose: Reader<string> = orElse(words, '');

export const list =
  <T>(reader: Reader<T>, most = 5_000): Reader<T[]> =>
  (value, at) =>
    Array.isArray(value) && value.length <= most
      ? value.map((one, index) => reader(one, `${at}[${index}]`))
      : expected(`a list of at most ${most}`, value, at);

export const table =
  <T>(reader: Reader<T>, most = 1_000): Reader<Record<string, T>> =>
  (value, at) => {
    const entries = Object.entries(asObject(value, at));
    if (entries.length > most) return expected(`an object of at most ${most} fields`, value, at);
    return Object.fromEntries(entries.map(([key, one]) => [name(key, `${at} (a name)`), reader(one, join(at, key))]));
  };

export type Fields<T> = { [K in keyof T]-?: Reader<T[K]> };

export const object =
  <T extends object>(fields: Fields<T>): Reader<T> =>
  (value, at) => {
    const given = asObject(value, at);
    const entries = Object.entries<Reader<unknown>>(fields).map(([key, reader]) => [
      key,
      reader(Object.hasOwn(given, key) ? given[key] : undefined, join(at, key)),
    ]);
    return Object.fromEntries(entries.filter(([, one]) => one !== undefined)) as T;
  };

/** Another reader's value, limited in its size as JSON. */
export const bounded =
  <T>(most: number, reader: Reader<T>): Reader<T> =>
  (value, at) => {
    const result = reader(value, at);
    const size = JSON.stringify(result).length;
    return size <= most ? result : expected(`at most ${most} characters`, 'x'.repeat(size), at);
  };

/** Objects distinguished by the value of one field. */
export const oneOf =
  <K extends string, T extends { [P in K]: string }>(
    key: K,
    kinds: { [W in T[K]]: Reader<Extract<T, { [P in K]: W }>> },
  ): Reader<T> =>
  (value, at) => {
    const kind = word(...(Object.keys(kinds) as T[K][]))(asObject(value, at)[key], join(at, key));
    return (kinds[kind] as Reader<T>)(value, at);
  };

const join = (at: string, key: string) => (at ? `${at}.${key}` : key);

const asObject = (value: unknown, at: string): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)
    ? (value as Record<string, unknown>)
    : expected('an object', value, at);
