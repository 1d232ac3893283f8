import type { Failure } from '../../../src/model/failure';
import { permanent, transient } from '../errors';
import { ruleFor } from './rules';

/** What was being done when it failed: `pull shop/web@sha256:…` on the host that people call so. */
export interface Deed {
  host: string;
  doing: string;
}

interface EngineError {
  code?: string;
  statusCode?: number;
  message?: string;
  json?: { message?: string } | null;
}

/** Codes of node:net and node:http; the engine may be restarting. */
const UNREACHABLE = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN ENOENT ERR_STREAM_PREMATURE_CLOSE'.split(
    ' ',
  ),
);

/** An error of the engine as a permanent or transient failure that names host, thing and next step. */
export function classify(error: unknown, deed: Deed, lastLines?: string[]): Error {
  if (isClassified(error)) return error as Error;
  const { code, statusCode, json, message } = error as EngineError;
  if (code === 'EACCES') return permanent(unauthorisedHere(deed));
  if (code && UNREACHABLE.has(code)) return transient({ ...unreachable(deed, code), ...(lastLines && { lastLines }) });
  const said = (json?.message ?? message ?? String(error)).replace(/^\(HTTP code \d+\) [^-]+- /, '').trim();
  return classifyText(said, deed, { statusCode, lastLines });
}

/** As `classify`, of the text that an engine said in a stream. */
export function classifyText(
  said: string,
  deed: Deed,
  more: { statusCode?: number; lastLines?: string[] } = {},
): Error {
  const rule = ruleFor(said) ?? byStatus(more.statusCode);
  const failure: Failure = {
    message: `${deed.doing}: the engine says "${said}". ${rule.next}`,
    kind: rule.kind,
    host: deed.host,
    ...(more.lastLines && { lastLines: more.lastLines }),
  };
  return rule.retry ? transient(failure) : permanent(failure);
}

function byStatus(status: number | undefined) {
  if (status === 404) return { kind: 'not-found', retry: false, next: 'Check that nobody removed it.' };
  if (status === 401 || status === 403)
    return { kind: 'unauthorised', retry: false, next: 'Check the rights of the worker there.' };
  if (status === 409)
    return { kind: 'conflict', retry: true, next: 'Something else works on it. If it lasts, find out what.' };
  if (status && status < 500)
    return {
      kind: 'refused',
      retry: false,
      next: 'Check what the service asks for against the version of the engine.',
    };
  return { kind: 'engine-error', retry: true, next: 'If it lasts, read the log of the engine.' };
}

const unreachable = (deed: Deed, code: string): Failure => ({
  message: `${deed.doing}: the engine of ${deed.host} does not answer (${code}). Check that it runs: docker info`,
  kind: 'unreachable',
  host: deed.host,
});

const unauthorisedHere = (deed: Deed): Failure => ({
  message: `${deed.doing}: the worker may not use the engine's socket on ${deed.host} (EACCES). Add its user to the group of the socket`,
  kind: 'unauthorised',
  host: deed.host,
});

/** Has it been through here already? */
const isClassified = (error: unknown) => error instanceof Error && error.name === 'ApplicationFailure';
