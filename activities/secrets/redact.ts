import type { Failure } from '../../src/model/failure';
import { base64Forms, disguises, toPlain } from './spellings';

const STRUCK = '***';
/** Shorter values occur by chance: redacting them would spoil logs and reveal their length. */
const SHORTEST = 4;
/** What is shorter than this is struck out only as it is written, and not in other spellings. */
const SHORTEST_PLAIN = 6;
/** Half of a value is a leak, too, unless it is so short; of long values this much. */
const [SHORTEST_PART, LONGEST_PART] = [8, 32];

/**
 * Strikes secret values out of a text, however they are spelled: as they are, line by line, with the escapes of JSON, URLs,
 * HTML, shells and languages, in other case, with colours, split over lines, backwards, in hexadecimal and base64 (also as a
 * part of something longer), and half of them, or less where the text begins within one. Values of less than 4 characters are not struck out, and what was
 * encrypted, compressed or hashed cannot be.
 */
export function redact(text: string, values: string[]): string {
  const { literal, parts, ends } = wanted(values);
  const left = literal.reduce((rest, form) => rest.split(form).join(STRUCK), text);
  return strikeSpellings(left, parts, ends);
}

/** By length: the parts of values that must not be there, as plain text. */
type Parts = Map<number, Set<string>>;

function strikeSpellings(original: string, parts: Parts, ends: Parts): string {
  if (parts.size === 0) return original;
  const { text, from, to } = toPlain(original);
  const struck: [number, number][] = [];
  for (let at = 0; at < text.length; at += 1)
    for (const [length, some] of at === 0 ? [...ends, ...parts] : parts)
      if (some.has(text.slice(at, at + length))) struck.push([from[at]!, to[at + length - 1]!]);
  return strike(original, struck);
}

function strike(text: string, ranges: [number, number][]): string {
  let left = '';
  let end = 0;
  for (const [from, to] of ranges) {
    if (from > end || end === 0) left += text.slice(end, from) + STRUCK;
    end = Math.max(end, to);
  }
  return left + text.slice(end);
}

/** What must not stand in a text: forms as they are written, the longest first, since one secret may be a part of another. */
interface Wanted {
  literal: string[];
  parts: Parts;
  /** The last lines of a log may begin within a value: what is left of it is shorter than its half. */
  ends: Parts;
}

/** What was made of the same secrets last: one activity asks for it with every line. */
let last: (Wanted & { key: string }) | undefined;

function wanted(values: string[]): Wanted {
  const key = JSON.stringify(values);
  if (last?.key !== key) last = { key, literal: literalForms(values), ...cut(values) };
  return last;
}

const literalForms = (values: string[]): string[] =>
  [...new Set(values.flatMap(formsOf))].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length);

function cut(values: string[]): Pick<Wanted, 'parts' | 'ends'> {
  const parts: Parts = new Map();
  const ends: Parts = new Map();
  const add = (to: Parts, part: string) => to.set(part.length, (to.get(part.length) ?? new Set()).add(part));
  const long = values.filter((value) => value.length >= SHORTEST_PLAIN).flatMap(withLines);
  for (const disguise of long.flatMap(disguises)) {
    const { text } = toPlain(disguise);
    if (text.length < SHORTEST_PLAIN) continue;
    const half = Math.min(Math.floor(text.length / 2), LONGEST_PART);
    const length = half < SHORTEST_PART ? text.length : half;
    for (let at = 0; at + length <= text.length; at += 1) add(parts, text.slice(at, at + length));
    for (let left = SHORTEST_PLAIN; left < length; left += 1) add(ends, text.slice(-left));
  }
  return { parts, ends };
}

/** A log shows a key of many lines a line at a time; lines of a few characters say nothing. */
const withLines = (value: string): string[] => [
  value,
  ...value.split(/\r?\n/).filter((line) => line !== value && line.length >= 2 * SHORTEST),
];

/**
 * Redacts a container's output. Withholds all of it while a secret's value in it is unknown,
 * because that could not be redacted.
 */
export function redactSaid(text: string, { values, unread }: { values: string[]; unread: string[] }): string {
  if (unread.length === 0 || text.trim() === '') return redact(text, values);
  return `(withheld: it may contain ${unread.join(', ')}, which the worker cannot read and so cannot redact)`;
}

/** Redacts every text of a failure. */
export function redactFailure(failure: Failure, values: string[]): Failure {
  const { message, lastLines } = failure;
  return {
    ...failure,
    message: redact(message, values),
    ...(lastLines && { lastLines: redact(lastLines.join('\n'), values).split('\n') }),
  };
}

/** Where an escape is read by what stands before it, these are found all the same. */
function formsOf(value: string): string[] {
  if (value.length < SHORTEST) return [];
  return withLines(value).flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    ...urlForms(text),
    ...base64Forms(Buffer.from(text)),
  ]);
}

function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const inLower = component.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  return [component, inLower, encodeURI(text), new URLSearchParams({ '': text }).toString().slice(1)];
}
