/** An address with a protocol, up to a space, quote or bracket, as in git's messages. */
const ADDRESS = /\b(https?|ssh|git|ftps?)(:\/\/)([^\s'"<>]*)/gi;
/** `user:password@host:path`, an scp-like address with a password. */
const SCP = /(^|[\s'"(])([\w.+-]+):([^\s'"/@]+)@(?=[\w.-]+:)/g;

/**
 * Removes logins, queries and fragments from repository addresses in a text, because it goes into histories,
 * records and messages. An SSH user is not secret and stays, as do local paths.
 */
export const withoutCredentials = (text: string): string =>
  text
    .replace(
      ADDRESS,
      (_, protocol: string, slashes: string, rest: string) =>
        `${protocol}${slashes}${bare(rest, /^ssh$/i.test(protocol))}`,
    )
    .replace(SCP, '$1$2@');

function bare(rest: string, keepsUser: boolean): string {
  const whole = rest.replace(/[?#].*$/, '');
  // A password may contain an unencoded slash; a port has only digits.
  const [login = ''] = /^[^/@:]+:(?!\d*(?:\/|$))[^@]*@(?:[^/]*@)?|^[^/]*@/.exec(whole) ?? [];
  const [user = ''] = login.split(/[:@]/);
  return `${keepsUser && user ? `${user}@` : ''}${whole.slice(login.length)}`;
}

/** Removes the given address's login from a text, in any encoding, and the logins in any addresses. */
export function strikeCredentials(text: string, address: string): string {
  const forms = secretsOf(address).flatMap((secret) => [secret, decoded(secret), encodeURIComponent(decoded(secret))]);
  const long = [...new Set(forms)].filter(({ length }) => length > 2).sort((a, b) => b.length - a.length);
  return long.reduce((rest, secret) => rest.replaceAll(secret, '***'), withoutCredentials(text));
}

function secretsOf(address: string): string[] {
  const [, protocol = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(address) ?? [];
  const [, login = ''] = /^([^?#]*)@/.exec(rest) ?? [];
  const [user = '', ...password] = login.split(':');
  const query = (/[?#](.*)$/s.exec(rest)?.[1] ?? '').split(/[&#]/).map((pair) => pair.replace(/^[^=]*=/, ''));
  return [password.join(':'), ...(/^https?$/i.test(protocol) ? [user] : []), ...query].filter(Boolean);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
