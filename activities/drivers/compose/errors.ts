import type { Failure } from '../../../src/model/failure';
import { ruleFor } from '../failures';

/** `docker compose` did not run to its end: a problem of the worker, not of the files. `retry` where another attempt may help. */
export class ComposeUnavailable extends Error {
  constructor(
    readonly failure: Failure,
    readonly retry: boolean,
  ) {
    super(failure.message);
  }
}

/** The input of `explainCompose` for a missing program. */
export const NO_SUCH_PROGRAM = 'no such program';

/** Why compose could not be run, from its output; undefined if that is a matter of the files. `how` is its command. */
export function explainCompose(how: string, said: string): ComposeUnavailable | undefined {
  const rule = ruleFor('compose', said);
  if (!rule) return undefined;
  return new ComposeUnavailable(
    { kind: rule.kind, message: `${tell(rule.kind, how, said)}. ${rule.next}` },
    rule.retry,
  );
}

/** The same for an error thrown while running it, which is never a matter of the files. */
export function explainComposeError(how: string, error: unknown): ComposeUnavailable {
  const said = String((error as Error).message ?? error);
  const message = `cannot run ${how}: ${said}. If it lasts, read the log of the worker`;
  return explainCompose(how, said) ?? new ComposeUnavailable({ kind: 'compose', message, unknown: true }, true);
}

function tell(kind: string, how: string, said: string): string {
  if (kind === 'no-compose') return `cannot find ${how}`;
  if (kind === 'old-compose') return `${how} is too old`;
  return `cannot run ${how}: ${said.trim().split('\n')[0]}`;
}
