import type { SecretSource } from './release';

/** Secrets in plain data: a reference stands for the value, which only the worker reads, at use. */

const REFERENCE = /\{\{secret:([^{}]+)\}\}/g;

/** The text that stands for a secret's value: `{{secret:NAME}}`. */
export const secretReference = (name: string) => `{{secret:${name}}}`;

/** The names of the secrets that a text refers to, each once. */
export const secretsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(REFERENCE)].map(([, name]) => name!)),
];

/** By name: what tells whether a value is the one that it was; `KEY-DIGITS`. */
export type SecretHashes = Record<string, string>;

/** Is the value the one that it was? Undefined when it cannot be told: one of the hashes is missing, or of another key. */
export function isSameValue(was: string | undefined, is: string | undefined): boolean | undefined {
  const keyOf = (hash: string) => hash.slice(0, hash.indexOf('-'));
  if (was === undefined || is === undefined || keyOf(was) !== keyOf(is)) return undefined;
  return was === is;
}

/** Where a secret is read, in a few words: `env SHOP_TOKEN`, `file /run/secrets/token`, `exec op read op://shop/token`. */
export const describeSource = (source: SecretSource): string =>
  Object.entries(source)
    .flatMap(([kind, where]) => [kind, ...(Array.isArray(where) ? where : [where])])
    .join(' ');

const WORDS =
  /PASS(WORD|WD|PHRASE)|(^|_)PASS$|(^|_)PWD$|SECRET|TOKEN|CREDENTIAL|(PRIVATE|API|ACCESS|SIGNING|ENCRYPTION|MASTER|AUTH)_?KEY|_KEY(_BASE)?$/;
/** What such a name ends in when it says something about a secret instead of being one. */
const ABOUT =
  /_(FILE|PATH|DIR|NAME|ID|TTL|TIMEOUT|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|LENGTH|SIZE|HEADER|ALGORITHM|TYPE|ENDPOINT|ISSUER)$|(PUBLIC|SITE|PUBLISHABLE|SORT|PRIMARY|PARTITION)_?KEY/;
/** `MYSQL_ALLOW_EMPTY_PASSWORD: yes` is a switch. */
const SWITCH = /^(true|false|yes|no|on|off|0|1|)$/i;
/** `postgres://user:password@host` */
const LOGIN_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i;

/** Does this setting look like a secret that is written out? A value that refers to a secret is fine. */
export function isLiteralSecret(name: string, value: string): boolean {
  const [, password] = LOGIN_IN_ADDRESS.exec(value) ?? [];
  if (password !== undefined) return secretsIn(password).length === 0;
  return looksSecret(name) && !SWITCH.test(value) && secretsIn(value).length === 0;
}

/** Is this the name of a secret, as `DB_PASSWORD` or `apiKey`? */
export function looksSecret(name: string): boolean {
  const upper = name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return WORDS.test(upper) && !ABOUT.test(upper);
}
