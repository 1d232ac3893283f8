// Plain JavaScript: the same runs in a container of test/e2e/secrets/said.test.ts.
const { inspect } = require('node:util');

const hex = (text, encoding = 'utf8') => Buffer.from(text, encoding).toString('hex');
const base64 = (text) => Buffer.from(text).toString('base64');
const pairs = (text, separator) => hex(text).replace(/..(?!$)/g, (pair) => pair + separator);
const inAscii = (text) =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const inHtml = (text) =>
  text
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
    .replace(/'/g, '&#039;');
const inEntities = (text) =>
  inHtml(text).replace(/ä/g, '&auml;').replace(/é/g, '&eacute;').replace(/😀/gu, '&#128512;');
const inHexEntities = (text) => [...text].map((c) => `&#x${c.codePointAt(0).toString(16)};`).join('');
const inOctal = (text) => [...Buffer.from(text)].map((b) => `\\${b.toString(8).padStart(3, '0')}`).join('');
const inHexEscapes = (text) => [...Buffer.from(text)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('');
const inPercent = (text) => [...Buffer.from(text)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
const inColours = (text) => [...text].map((c, n) => `\x1b[${31 + (n % 6)}m${c}\x1b[0m`).join('');
const wrapped = (text, width) => text.replace(new RegExp(`(.{${width}})`, 'gu'), '$1\n    ');

const inBase32 = (text) =>
  [...Buffer.from(text)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .replace(/.{1,5}/g, (five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(five.padEnd(5, '0'), 2)]);
const inMail = (text) =>
  [...Buffer.from(text)]
    .map((b) => (b > 126 || b < 32 || b === 61 ? `=${b.toString(16).toUpperCase()}` : String.fromCharCode(b)))
    .join('');

/** By name: a text as it may stand in what programs say. */
exports.SPELLINGS = {
  'as it is': (text) => text,
  'JSON as JavaScript writes it': (text) => JSON.stringify(text),
  'JSON as PHP writes it': (text) => inAscii(text).replace(/\//g, '\\/'),
  'JSON as Python writes it': inAscii,
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify({ a: text })),
  'JSON of Python in JSON in JSON': (text) => JSON.stringify(JSON.stringify(inAscii(text))),
  'util.inspect': (text) => inspect({ text }),
  'util.inspect of a Buffer': (text) => inspect(Buffer.from(text)),
  'a list of bytes': (text) => `[${[...Buffer.from(text)].join(', ')}]`,
  'a list of bytes of Go': (text) => `[${[...Buffer.from(text)].join(' ')}]`,
  'a list of bytes of Java': (text) => `[${[...new Int8Array(Buffer.from(text))].join(', ')}]`,
  'a list of characters': (text) => JSON.stringify([...text]),
  'an object of characters': (text) => JSON.stringify({ ...text.split('') }),
  URL: encodeURIComponent,
  'URL, every byte': inPercent,
  'URL in a URL': (text) => encodeURIComponent(encodeURIComponent(text)),
  form: (text) => new URLSearchParams({ a: text }).toString(),
  'escape()': (text) => escape(text),
  HTML: inHtml,
  'HTML with names of letters': inEntities,
  'HTML in HTML': (text) => inHtml(inEntities(text)),
  'HTML in digits': inHexEntities,
  'single quotes of a shell': (text) => `'${text.replace(/'/g, `'\\''`)}'`,
  'double quotes of a shell': (text) => `"${text.replace(/(["$`\\])/g, '\\$1')}"`,
  'backslashes of a shell': (text) => text.replace(/([^\w])/gu, '\\$1'),
  'octal of a shell': inOctal,
  'escapes of C': inHexEscapes,
  'escapes of Perl': (text) => [...Buffer.from(text)].map((b) => `\\x{${b.toString(16)}}`).join(''),
  'quoted-printable, as in mail': inMail,
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  composed: (text) => text.normalize('NFC'),
  decomposed: (text) => text.normalize('NFD'),
  'UTF-16 read as bytes': (text) =>
    Buffer.from(text.replace('😀', ''), 'utf16le')
      .toString('latin1')
      .replace(/\P{ASCII}/gu, '?'),
  colours: inColours,
  'lines of 12': (text) => wrapped(text, 12),
  backwards: (text) => [...text].reverse().join(''),
  hexadecimal: (text) => hex(text),
  'hexadecimal in upper case': (text) => hex(text).toUpperCase(),
  'hexadecimal with colons': (text) => pairs(text, ':'),
  'hexadecimal with blanks, as xxd': (text) => wrapped(pairs(text, ' '), 48),
  'hexadecimal of C': (text) => `{0x${pairs(text, ', 0x')}}`,
  'hexadecimal of UTF-16': (text) => hex(text, 'utf16le'),
  base64: base64,
  'base64 of URLs': (text) => Buffer.from(text).toString('base64url'),
  'base64 in lines': (text) => wrapped(base64(`--${text}--`), 20),
  'base64 in JSON of PHP': (text) => base64(text).replace(/\//g, '\\/'),
  'base64 of a login': (text) => base64(`u:${text}`),
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'base64 twice': (text) => base64(base64(text)),
  base32: inBase32,
  'the first half': (text) => text.slice(0, Math.ceil(text.length / 2) + 1),
  'the second half': (text) => text.slice(Math.floor(text.length / 2) - 1),
  'half in hexadecimal': (text) => hex(text.slice(Math.floor(text.length / 2))),
};
