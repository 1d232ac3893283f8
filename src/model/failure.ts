/** A failure for people: where, what, and the last lines of its container or build. */
export interface Failure {
  message: string;
  kind: string;
  operation?: string;
  host?: string;
  service?: string;
  lastLines?: string[];
  /** No rule knows this failure, so it is retried only for a while. */
  unknown?: true;
}

/** The name of a permanent error, which the worker throws and every retry policy knows. */
export const PERMANENT = 'Permanent';
/** The name of an error that a retry may fix. */
export const TRANSIENT = 'Transient';

/** Kinds of failures of the release itself, which nobody can fix without a new one. */
const RELEASES_OWN = new Set([
  'unhealthy',
  'unhealthy-in-soak',
  'verification-failed',
  'command-failed',
  'no-such-command',
  'no-such-service',
  'no-such-verification',
  'no-such-environment',
  'no-such-host',
  'bad-command',
  'wrong-platform',
  'network-sorts-first',
  'bad-route',
  'bad-request',
  'address-taken',
  'bad-name',
  'outdated',
]);

/** Can the step succeed after people fix something: a full disk, a login, a registry? */
export const isMendable = ({ kind }: Failure): boolean => !RELEASES_OWN.has(kind);

/** One line: `start api on local: …`. */
export function describeFailure(failure: Failure): string {
  const { operation = '', service = '', host, message } = failure;
  const where = [wordsOf(operation, service !== ''), service, host && `on ${host}`].filter(Boolean).join(' ');
  return where ? `${where}: ${message}` : message;
}

/** `startInstances` of api is "start api"; `ensureProxy` is "ensure proxy". */
const wordsOf = (operation: string, isOfService: boolean) =>
  (isOfService ? operation.replace(/Instances?$/, '') : operation).replace(
    /[A-Z]/g,
    (sign) => ` ${sign.toLowerCase()}`,
  );

/** The innermost cause of an unexpected error; its wrappers add nothing. */
export function innermostCause(error: unknown): unknown {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause === undefined || cause === null ? error : innermostCause(cause);
}

/** The innermost cause's message. */
export function wordsOfCause(error: unknown): string {
  const cause = innermostCause(error);
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const { message, name, code } = cause as { message?: string; name?: string; code?: unknown };
  // When several addresses refuse a connection, Node's error has no message.
  return message || (typeof code === 'string' ? code : name) || JSON.stringify(cause);
}
