import type { SecretSource } from '../release';

/** Secrets in plain data: a reference stands for the value, which only the worker reads, at use. */

const REFERENCE = /\{\{secret:([^{}]+)\}\}/g;

/** The reference to a secret: `{{secret:NAME}}`. */
export const secretReference = (name: string) => `{{secret:${name}}}`;

/** The names of the secrets in a text, each once. */
export const secretsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(REFERENCE)].map(([, name]) => name!)),
];

/** The secret that stands for a literal in one service, where another service has another value by the same name. */
export const ofService = (service: string, name: string): string => `${service}.${name}`;

/** Secret → `KEY-DIGITS`, a hash that detects changes. */
export type SecretHashes = Record<string, string>;

/** Is the value unchanged? Undefined when unknown: a hash is missing or made with another key. */
export function isSameValue(was: string | undefined, is: string | undefined): boolean | undefined {
  const keyOf = (hash: string) => hash.slice(0, hash.indexOf('-'));
  if (was === undefined || is === undefined || keyOf(was) !== keyOf(is)) return undefined;
  return was === is;
}

/** A secret's source: `env SHOP_TOKEN`, `file /run/secrets/token`, `exec op read op://shop/token`. */
export const describeSource = (source: SecretSource): string =>
  Object.entries(source)
    .flatMap(([kind, where]) => [kind, ...(Array.isArray(where) ? where : [where])])
    .join(' ');

const WORDS =
  /PASS(WORD|WD|PHRASE)|(^|_)PASS$|(^|_)PWD$|SECRET|TOKEN|CREDENTIAL|(PRIVATE|API|ACCESS|SIGNING|ENCRYPTION|MASTER|AUTH)_?KEY|_KEY(_BASE)?$/;
const ABOUT =
  /_(FILE|PATH|DIR|NAME|ID|TTL|TIMEOUT|EXPIRY|EXPIRES|EXPIRATION|LIFETIME|LENGTH|SIZE|HEADER|ALGORITHM|TYPE|ENDPOINT|ISSUER)$|(PUBLIC|SITE|PUBLISHABLE|SORT|PRIMARY|PARTITION)_?KEY/;
/** `MYSQL_ALLOW_EMPTY_PASSWORD: yes` is a switch. */
const SWITCH = /^(true|false|yes|no|on|off|0|1|)$/i;
/** `postgres://user:password@host` */
const LOGIN_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i;
/** `Server=db;Password=…;` and `host=db password=…` */
const LOGIN_IN_CONNECTION = /(?:^|[;\s])(?:password|pwd|accountkey|sharedaccesskey)\s*=\s*([^;\s]+)/i;

/** Does this setting look like a literal secret? A value with a reference does not. */
export function isLiteralSecret(name: string, value: string): boolean {
  const [, password] = LOGIN_IN_ADDRESS.exec(value) ?? LOGIN_IN_CONNECTION.exec(value) ?? [];
  if (password !== undefined) return secretsIn(password).length === 0;
  return looksSecret(name) && !isSwitch(value) && secretsIn(value).length === 0;
}

/** Does this value turn something on or off, or say nothing? */
export const isSwitch = (value: string): boolean => SWITCH.test(value);

/** Is this a secret's name, such as `DB_PASSWORD` or `apiKey`? */
export function looksSecret(name: string): boolean {
  const upper = name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return WORDS.test(upper) && !ABOUT.test(upper);
}
