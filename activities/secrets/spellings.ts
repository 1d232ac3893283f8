/**
 * A text as everybody would read it, in any spelling: escapes of JSON, URLs, HTML, shells and programming languages are
 * resolved, and what only dresses a text (colours, quotes, white space, accents, case) is left out.
 */
export interface Plain {
  text: string;
  from: number[];
  to: number[];
}

const ESC = String.raw`(?:\x1b|\\+(?:x1b|u001b|033|e))`;
const COLOUR = String.raw`${ESC}\[[0-9;?]*[a-z]`;
const UNITS = String.raw`((?:(?:\\+|%)u(?:\{[0-9a-f]{1,6}\}|[0-9a-f]{4}))+)`;
const BYTES = String.raw`((?:\\+x(?:[0-9a-f]{2}|\{[0-9a-f]{1,2}\})|\\+[0-3][0-7]{2}|%(?:25)*[0-9a-f]{2})+)`;
const ENTITY = String.raw`&(?:amp;)*(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,8}));`;
const CONTROL = String.raw`\\+[nrtbfv0]`;
const TOKEN = new RegExp([COLOUR, UNITS, BYTES, ENTITY, CONTROL, String.raw`[\s\S]`].join('|'), 'giu');

/** What says nothing; a `+` is a blank in a form, and a `?` what a letter became that somebody could not write. */
const DRESS = /[\s\p{C}\p{M}'"`\\+?\ufffd]/gu;

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '',
  apos: '',
  nbsp: '',
  szlig: 'ß',
  aelig: 'æ',
};

export function toPlain(original: string): Plain {
  const plain: Plain = { text: '', from: [], to: [] };
  const units: string[] = [];
  for (const match of original.matchAll(TOKEN)) {
    for (const unit of undress(readToken(match))) {
      units.push(unit);
      plain.from.push(match.index);
      plain.to.push(match.index + match[0].length);
    }
  }
  plain.text = units.join('');
  return plain;
}

/** Its UTF-16 units, so that each has a place. */
const undress = (text: string): string[] => text.normalize('NFKD').replace(DRESS, '').toLowerCase().split('');

function readToken([whole, units, bytes, hex, decimal, name]: RegExpMatchArray): string {
  if (units !== undefined) return readUnits(units);
  if (bytes !== undefined) return readBytes(bytes);
  if (hex !== undefined) return ofCode(parseInt(hex, 16));
  if (decimal !== undefined) return ofCode(Number(decimal));
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? accented(name) ?? whole;
  return whole.length > 2 || whole.startsWith('\\') ? '' : whole;
}

const ofCode = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

const readUnits = (written: string): string =>
  [...written.matchAll(/u\{?([0-9a-f]{4,6}|[0-9a-f]{1,3}(?=\}))/gi)]
    .map(([, hex]) => ofCode(parseInt(hex!, 16)))
    .join('');

const accented = (name: string) => /^([a-z])(?:uml|acute|grave|circ|tilde|cedil|ring|caron)$/i.exec(name)?.[1];

function readBytes(written: string): string {
  const codes = [...written.matchAll(/x\{?([0-9a-f]{1,2})|\\([0-3][0-7]{2})|%(?:25)*([0-9a-f]{2})/gi)];
  const bytes = Buffer.from(
    codes.map(([, hex, octal, percent]) => (octal ? parseInt(octal, 8) : parseInt(hex ?? percent!, 16))),
  );
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

/** All that a value may be turned into and still be read back: as it is, backwards, in digits, in base64. */
export function disguises(value: string): string[] {
  const bytes = Buffer.from(value);
  const wide = Buffer.from(value, 'utf16le');
  const once = [bytes, wide].flatMap(base64Forms);
  return [
    value,
    value.normalize('NFC').replace(/\P{ASCII}/gu, ''),
    Array.from(value).reverse().join(''),
    ...[bytes, wide].flatMap(digitForms),
    ...listForms(value),
    inBase32(bytes),
    inQuotedPrintable(bytes),
    ...once,
    ...base64Forms(bytes).flatMap((text) => base64Forms(Buffer.from(text))),
  ];
}

const SEPARATORS = ['', ':', '-', ',', ',0x', '0x'];

function digitForms(bytes: Buffer): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const signed = [...bytes].map((byte) => (byte > 127 ? byte - 256 : byte));
  const asNumbers = [[...bytes].join(','), [...bytes].join(''), signed.join(',')];
  return [...SEPARATORS.map((separator) => pairs.join(separator)), ...asNumbers];
}

/** A text that a program took for a list of characters, or for an object of them: `["a","b"]`, `{"0":"a","1":"b"}`. */
const listForms = (value: string): string[] => [
  Array.from(value).join(','),
  value
    .split('')
    .map((unit, at) => `${at}:${unit}`)
    .join(','),
];

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

function inBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[parseInt(five, 2)]).join('');
}

/** As in mail: `=C3=A4`. */
const inQuotedPrintable = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[^ -<>-~]/g, (sign) => `=${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

/**
 * Base64 takes three bytes at a time, so the same bytes look in three ways, by where they begin. Of each, the characters
 * that hold nothing of what stands before or after.
 */
export function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    const own = whole.slice(first, last);
    return [own, own.replace(/\+/g, '-').replace(/\//g, '_')];
  });
}
