import { isLiteralSecret, isSwitch, looksSecret, ofService } from '../../model/container/secret';
import { type Entry, type InitInput, NO_VALUES } from './types';

const SHORT_NAME = /(^|_)(PW|PSW|PSWD|SALT|PEPPER|PIN|DSN|CREDS?)\d*$/i;
const VAGUE_NAME = /(^|_)(AUTH|PRIVATE|SIGNING)\d*$/i;
/** Names of long values that are no secrets, and that stand where an entry of an env file cannot: in names of images. */
const HARMLESS_NAME = /(^|_)(TAG|VERSION|IMAGE|DIGEST|SHA|COMMIT|REVISION|ID)$/i;
/** `user:password@tcp(db:3306)/shop` */
const LOGIN = /^(?!mailto:|sips?:|acct:|xmpp:)[^\s/:@]*:(?!\/\/)[^\s/@]+@(?!sha\d+:)/i;

/** May an env file's setting be a secret? This goes by less than for a compose file, as `init` would copy the value into git. */
export function mayBeSecret(name: string, value: string, isCommitted: boolean): boolean {
  if (looksSecret(name) || SHORT_NAME.test(name) || isLiteralSecret(name, value)) return true;
  if (isCommitted || isSwitch(value)) return false;
  return VAGUE_NAME.test(name) || (!HARMLESS_NAME.test(name) && (LOGIN.test(value) || isToken(value)));
}

/** Is it long, of one piece, and are its letters and digits mixed as only chance does? */
const isToken = (value: string): boolean =>
  /^[a-z0-9+/_=.-]{20,}$/i.test(value) && (value.match(/[a-z](?=\d)|\d(?=[a-z])/gi) ?? []).length >= 4;

/** Literal secrets get a variable in the last environment; equal values share it. */
export function chooseSecrets({ secrets = {}, values = NO_VALUES }: InitInput, entries: Entry[]) {
  const everywhere = [
    ...values.secrets,
    ...Object.entries(secrets).map(([name, { environment = name }]) => environment),
  ];
  const last: Record<string, string> = Object.fromEntries(values.replaced.map((name) => [name, name]));
  const byValue = new Map<string, string>();
  const literals = entries.flatMap(({ name: service, environment = {} }) =>
    Object.entries(environment).flatMap(([name, value]) =>
      value === null || !isLiteralSecret(name, value) || everywhere.includes(name) ? [] : [{ service, name, value }],
    ),
  );
  for (const { service, name, value } of literals) {
    const differs = literals.some((other) => other.name === name && other.value !== value);
    const secret = differs ? ofService(service, name) : name;
    byValue.set(value, byValue.get(value) ?? secret);
    last[secret] ??= byValue.get(value)!;
  }
  return { secrets: Object.fromEntries(everywhere.map((name) => [name, name])), lastSecrets: last };
}
