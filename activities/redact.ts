import type { Failure } from '../src/model/failure';

const STRUCK = '***';
/** What is shorter stands in too many words by chance: striking it out would make logs unreadable and tell its length. */
const SHORTEST = 4;

/**
 * Strikes secret values out of a text: as they are, line by line, escaped as in JSON and in URLs, and in base64 (also as a
 * part of something longer, as in a Basic login). Values of less than 4 characters are not struck out.
 */
export function redact(text: string, values: string[]): string {
  const forms = [...new Set(values.flatMap(formsOf))].filter((form) => form.length >= SHORTEST);
  // The longest first: one secret may be a part of another.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((left, form) => left.split(form).join(STRUCK), text);
}

/**
 * As `redact`, of what a container says. Withheld as a whole while the value of a secret in it is not known: that could
 * not be struck out.
 */
export function redactSaid(text: string, { values, unread }: { values: string[]; unread: string[] }): string {
  if (unread.length === 0 || text.trim() === '') return redact(text, values);
  return `(withheld: the worker does not know the value of ${unread.join(', ')} that is in it, and could not strike it out)`;
}

/** As `redact`, of everything that people read in a failure. */
export function redactFailure(failure: Failure, values: string[]): Failure {
  const { message, lastLines } = failure;
  return {
    ...failure,
    message: redact(message, values),
    ...(lastLines && { lastLines: redact(lastLines.join('\n'), values).split('\n') }),
  };
}

function formsOf(value: string): string[] {
  if (value.length < SHORTEST) return [];
  // A log shows a key of many lines a line at a time; lines of a few characters say nothing.
  const lines = value.split(/\r?\n/).filter((line) => line.length >= 2 * SHORTEST);
  return [value, ...lines].flatMap((text) => [
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

/**
 * Base64 takes three bytes at a time, so the same bytes look in three ways, by where they begin. Of each, the characters
 * that hold nothing of what stands before or after.
 */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const own = whole.slice(first, last);
    return [own, own.replace(/\+/g, '-').replace(/\//g, '_')];
  });
}
