import type { Failure } from '../../../src/model/failure';
import { permanent, transient } from '../errors';
import { ruleFor, type Rule } from '../failures';

/** What was being done when it failed: `pull shop/web@sha256:…` on a host. */
export interface EngineCall {
  host: string;
  doing: string;
}

interface EngineError {
  code?: string;
  statusCode?: number;
  message?: string;
  json?: { message?: string } | null;
}

/** Error codes of node:net and node:http; the engine may be restarting. */
const UNREACHABLE = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN ENOENT ERR_STREAM_PREMATURE_CLOSE'.split(
    ' ',
  ),
);

/** Classifies an engine's error as permanent or transient, naming host, subject and next step. */
export function classify(error: unknown, call: EngineCall, lastLines?: string[]): Error {
  if (isClassified(error)) return error as Error;
  const { code, statusCode, json, message } = error as EngineError;
  if (code === 'EACCES') return permanent(noAccess(call));
  if (code && UNREACHABLE.has(code)) return transient({ ...unreachable(call, code), ...(lastLines && { lastLines }) });
  const said = (json?.message ?? message ?? String(error)).replace(/^\(HTTP code \d+\) [^-]+- /, '').trim();
  return classifyText(said, call, { statusCode, lastLines });
}

/** Like `classify`, for text in an engine's stream. */
export function classifyText(
  said: string,
  call: EngineCall,
  more: { statusCode?: number; lastLines?: string[] } = {},
): Error {
  const rule = ruleFor('engine', said) ?? byStatus(more.statusCode);
  const failure: Failure = {
    message: `${call.doing}: the engine says "${said}". ${rule.next}`,
    kind: rule.kind,
    host: call.host,
    ...('unknown' in rule && { unknown: true }),
    ...(more.lastLines && { lastLines: more.lastLines }),
  };
  return rule.retry ? transient(failure) : permanent(failure);
}

function byStatus(status: number | undefined): Omit<Rule, 'says'> & { unknown?: true } {
  if (status === 404) return { kind: 'not-found', retry: false, next: 'Check whether somebody removed it.' };
  if (status === 401 || status === 403)
    return { kind: 'unauthorised', retry: false, next: "Check the worker's permissions there." };
  if (status === 409)
    return { kind: 'conflict', retry: true, next: 'Something else is using it. If this persists, find out what.' };
  if (status && status < 500)
    return {
      kind: 'refused',
      retry: false,
      next: 'Check whether this engine version supports what the service needs.',
    };
  return { kind: 'engine-error', retry: true, unknown: true, next: "If this persists, read the engine's log." };
}

const unreachable = (call: EngineCall, code: string): Failure => ({
  message: `${call.doing}: the engine of ${call.host} does not answer (${code}). Check that it is running: docker info`,
  kind: 'unreachable',
  host: call.host,
});

const noAccess = (call: EngineCall): Failure => ({
  message: `${call.doing}: the worker has no access to the engine's socket on ${call.host} (EACCES). Add its user to the socket's group`,
  kind: 'unauthorised',
  host: call.host,
});

/** Was it classified already? */
const isClassified = (error: unknown) => error instanceof Error && error.name === 'ApplicationFailure';
