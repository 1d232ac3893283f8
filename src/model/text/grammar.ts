/**
 * The grammar of texts that go into other languages: URLs, HTTP, the proxy's rules, names on an engine and in a
 * registry. Checked where people write a text and again where it is used, because records and messages come
 * from elsewhere.
 */

/** RFC 3986, 3.3. */
const PCHAR = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";
/** A URL's path: `/api/v1`. */
export const URL_PATH = new RegExp(`^(?:/${PCHAR}*)+$`);
/** A request's path with an optional query. */
export const REQUEST_TARGET = new RegExp(`^(?:/${PCHAR}*)+(?:\\?(?:${PCHAR}|[/?])*)?$`);
/** A host name (RFC 1123) in lowercase. */
export const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** A header's name: a token of RFC 9110, 5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A header's value: one line. */
export const HEADER_VALUE = /^[^\0\r\n]*$/;
/** A container's name. */
export const CONTAINER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
export const APP_NAME = /^[a-z][a-z0-9-]*$/;
export const ENVIRONMENT_NAME = /^[a-z][a-z0-9_]*$/;
export const SERVICE_NAME = /^(?!\.+$)[A-Za-z0-9._-]+$/;
/** A digest in a registry. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** A release's name; `isReleaseOf` also checks the commit. */
export const RELEASE_NAME = /^[0-9a-z][0-9a-z-]*$/;

export const isPort = (port: unknown): boolean => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;

/**
 * Characters without a shape of their own: they hide, or change the order of others. A joiner or a variant within an
 * emoji is part of it.
 */
const HIDDEN =
  /(?![\ufe0e\ufe0f]|(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d)[\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

/** A text as people must see it before they decide: `\u{202e}` where a character would be invisible. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);

/** Characters that a URL must encode, for messages. */
export const PERCENT =
  "Start it with /, and write characters other than letters, digits and - . _ ~ ! $ & ' ( ) * + , ; = : @ as %20";
