/** What went wrong, as people read it: where, what, and the last words of the container or build concerned. */
export interface Failure {
  /** One sentence. */
  message: string;
  /** A stable word for programs: `unhealthy`, `verification-failed`, `no-such-image`, `unauthorised`, … */
  kind: string;
  operation?: string;
  host?: string;
  service?: string;
  /** The last lines of the container's or the build's log; secrets are struck out. */
  lastLines?: string[];
}

/** The name of an error that no retry can mend; the worker throws it, every retry policy knows it. */
export const PERMANENT = 'Permanent';
/** The name of an error that another attempt may mend. */
export const TRANSIENT = 'Transient';

/** Here the release itself is at fault: nothing that a person could mend around it makes this very release good. */
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
  'outdated',
]);

/** May the same step succeed after a person has mended something: a full disk, a login, a registry that is down? */
export const isMendable = ({ kind }: Failure): boolean => !RELEASES_OWN.has(kind);

/** One line: `start api on local: …`. */
export function describeFailure(failure: Failure): string {
  const where = [failure.operation, failure.service, failure.host && `on ${failure.host}`].filter(Boolean).join(' ');
  return where ? `${where}: ${failure.message}` : failure.message;
}

/** What caused what nobody foresaw; what wraps it only says that it was remote, or that an activity failed. */
export function innermostCause(error: unknown): unknown {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause === undefined || cause === null ? error : innermostCause(cause);
}

/** The words of the innermost cause. */
export function wordsOfCause(error: unknown): string {
  const cause = innermostCause(error);
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const { message, name, code } = cause as { message?: string; name?: string; code?: unknown };
  // Where several addresses refuse, Node has an error without words.
  return message || (typeof code === 'string' ? code : name) || JSON.stringify(cause);
}
