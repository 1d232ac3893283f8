import { permanent } from '../errors';
import { ruleFor } from '../failures';
import { failureBy, UNREACHABLE } from '../rule';

/** What a cluster said when it refused. */
export interface Refusal {
  status: number;
  /** Kubernetes' own word: `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Forbidden`; empty when it said none. */
  reason: string;
  message: string;
  /** Which fields, and why: who owns a field of a conflict, what is wrong with one that is invalid. */
  causes: { field?: string; reason?: string; message?: string }[];
}

/** What was being done when it failed: `apply Deployment web` on a cluster. */
export interface ClusterCall {
  server: string;
  doing: string;
}

/** Beside the error, which travels to the workflow: only who asked reads it. */
const refusals = new WeakMap<Error, Refusal>();

/** What the cluster said, where it answered at all. */
export const refusalIn = (error: unknown): Refusal | undefined =>
  error instanceof Error ? refusals.get(error) : undefined;

/** Was it refused with this status? */
export const isStatus = (error: unknown, status: number): boolean => refusalIn(error)?.status === status;

/** Classifies a cluster's refusal. */
export function refused(call: ClusterCall, status: number, body: string): Error {
  const refusal = readStatus(status, body);
  const { reason, message } = refusal;
  const rule = ruleFor('kubernetes', `${status} ${reason} ${message}`) ?? UNREACHABLE;
  const said = message ? ` "${message}"` : '';
  const error = failureOf(rule, call, `answers ${status}${said}`);
  refusals.set(error, refusal);
  return error;
}

/** Classifies a request without an answer. */
export function noAnswer(call: ClusterCall, error: unknown, withinMs: number): Error {
  const { name, code = '', message } = error as Error & { code?: string };
  const rule = ruleFor('kubernetes', `${name} ${code || message}`) ?? UNREACHABLE;
  const what: Record<string, string> = {
    timeout: `did not answer within ${withinMs / 1_000} s`,
    'untrusted-cluster': `has no certificate that is trusted (${code})`,
  };
  return failureOf(rule, call, what[rule.kind] ?? `cannot be reached (${code || message})`);
}

/** A permanent failure of this call that is no answer of the cluster. */
export const cannot = ({ server, doing }: ClusterCall, kind: string, what: string): Error =>
  permanent({ kind, message: `${doing}: the cluster ${server} ${what}` });

/** The sentence of a rule on this call. */
const failureOf = (
  rule: Parameters<typeof failureBy>[0] & { next: string },
  { server, doing }: ClusterCall,
  what: string,
): Error => failureBy(rule, `${doing}: the cluster ${server} ${what}. ${rule.next}`);

/** A cluster refuses with an object of kind Status; what stands before it (a load balancer, a login page) with anything. */
function readStatus(status: number, body: string): Refusal {
  const said = parse(body);
  if (said?.kind !== 'Status') return { status, reason: '', message: firstLine(body), causes: [] };
  const { reason = '', message = '', details } = said;
  return { status, reason, message, causes: details?.causes ?? [] };
}

interface Status {
  kind?: string;
  reason?: string;
  message?: string;
  details?: { causes?: Refusal['causes'] };
}

function parse(body: string): Status | undefined {
  try {
    return JSON.parse(body) as Status;
  } catch {
    return undefined;
  }
}

/** Is this answer the API server's own refusal, and not the application's behind it? */
export const isStatusObject = (body: string): boolean => {
  const said = parse(body) as (Status & { apiVersion?: string }) | undefined;
  return said?.kind === 'Status' && said.apiVersion === 'v1';
};

const firstLine = (body: string) => body.trim().split('\n')[0]!.slice(0, 200);
