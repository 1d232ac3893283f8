import { looksSecret } from '../../model/container/secret';
import { mayBeSecret } from './secrets';
import { steers } from '../variables/steering';
import type { InitValues } from './types';

export interface Reference {
  name: string;
  /** It has a default, or is optional. */
  optional: boolean;
  /** Its default is nothing: what it is for is off without it. */
  mayBeNothing?: boolean;
  /** Compose refuses to go on without a value. */
  isRequired?: boolean;
  /** A password or the like has its value. */
  isSecret?: boolean;
}

/** Stands for a value that a person has yet to write, where compose goes no further without one. */
export const TO_BE_SET = 'to-be-set';

/** The variables in a compose file, as `$NAME` or `${NAME…}`; `$$` and comments do not count. */
export function referencesIn(text: string): Reference[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const found = new Map<string, Reference>();
  const hidden = namesInSecrets(lines.join('\n'));
  for (const [, braced, sign = '', end, plain] of lines
    .join('\n')
    .replaceAll('$$', '')
    .matchAll(/\$(?:\{([A-Za-z_]\w*)(:?[-+?])?(\})?|([A-Za-z_]\w*))/g)) {
    const name = (braced ?? plain)!;
    const before = found.get(name);
    const optional = (before?.optional ?? true) && /[-+]/.test(sign);
    const mayBeNothing = (before?.mayBeNothing ?? true) && (/[+]/.test(sign) || (/-/.test(sign) && end === '}'));
    const isRequired = before?.isRequired || /[?]/.test(sign);
    found.set(name, {
      name,
      optional,
      ...(mayBeNothing && { mayBeNothing }),
      ...(isRequired && { isRequired }),
      ...(hidden.has(name) && { isSecret: true }),
    });
  }
  return [...found.values()];
}

/** The variables that settings such as `DB_PASSWORD` have as their value, and that addresses have as a password. */
function namesInSecrets(text: string): Set<string> {
  const settings = [...text.matchAll(/([A-Za-z_]\w*)["']?\s*[:=]\s*["']?\$\{?([A-Za-z_]\w*)/g)];
  const logins = [...text.matchAll(/:\/\/[^\s/:@]*:\$\{?([A-Za-z_]\w*)[^\s@/]*@/g)];
  return new Set([
    ...settings.flatMap(([, setting = '', name = '']) => (looksSecret(setting) ? [name] : [])),
    ...logins.flatMap(([, name = '']) => [name]),
  ]);
}

interface Known {
  references: Reference[];
  env: Record<string, string>;
  /** It is in the commit, so a release has it. */
  isCommitted: boolean;
  envFiles: Record<string, Record<string, string>>;
}

/** Variables of compose itself or of the machine, which belong to no environment. */
const isNoVariable = (name: string) => (steers(name) && name !== 'COMPOSE_PROFILES') || /^(USER|UID|GID)$/.test(name);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Where each variable has its value in an environment: harmless ones as they are here; secrets that the env file has from that file,
 * wherever the worker keeps it; other secrets from the worker's variables.
 */
export function chooseValues({ references, env, isCommitted, envFiles }: Known): InitValues {
  const own = envFiles['.env'] ?? {};
  const hidden = new Set(references.flatMap(({ name, isSecret: is }) => (is ? [name] : [])));
  const isSecret = (name: string) => hidden.has(name) || mayBeSecret(name, env[name] ?? '', isCommitted);
  const values: InitValues = { variables: {}, secrets: [], replaced: [], envFiles: {} };
  const fromFile: string[] = [];
  for (const { name, optional, mayBeNothing } of references.filter((one) => !isNoVariable(one.name))) {
    const hasValue = name in env;
    if (!isSecret(name)) {
      if (hasValue ? !isCommitted : !optional) values.variables[name] = env[name] || guess(name);
    } else if (name in own || (mayBeNothing && !env[name])) continue;
    else if (hasValue && !isCommitted) fromFile.push(name);
    else if (hasValue || optional) values.replaced.push(name);
    else values.secrets.push(name);
  }
  for (const [name, value] of Object.entries(own))
    if (!isSecret(name) && !isNoVariable(name) && NAME.test(name)) values.variables[name] ??= value;
  const { COMPOSE_PROFILES: profiles } = env;
  if (profiles && !isCommitted) values.variables['COMPOSE_PROFILES'] = profiles;
  if (fromFile.length > 0) values.envFiles['.env'] = [...new Set(fromFile)];
  for (const [path, entries] of Object.entries(envFiles)) {
    const names = Object.keys(entries).filter((name) => NAME.test(name) && !isNoVariable(name));
    values.envFiles[path] = [...new Set([...(values.envFiles[path] ?? []), ...names])];
  }
  return values;
}

function guess(name: string): string {
  if (/PORT$/i.test(name)) return '8080';
  if (/(TAG|VERSION)$/i.test(name)) return 'latest';
  if (/(UID|GID)$/i.test(name)) return '1000';
  if (/^(TZ|TIMEZONE)$/i.test(name)) return 'UTC';
  // Whatever it is, all services that use it agree.
  if (/(^|_)(USER|USERNAME|DB|DB_?NAME|DATABASE)$/i.test(name)) return 'app';
  return '';
}
