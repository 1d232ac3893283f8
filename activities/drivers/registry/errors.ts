import { z } from 'zod';
import { ruleFor } from '../failures';
import { failureBy, UNREACHABLE } from '../rule';

export interface RegistryRequest {
  host: string;
  doing: string;
}

/** Classifies a registry's refusal and quotes its message (`errors[].message`), never a login. */
export function refusal({ host, doing }: RegistryRequest, status: number, body: string): Error {
  const errors = readErrors(body);
  const said = errors.map(({ code, message }) => message ?? code).join(', ');
  const rule = ruleFor('registry', [status, ...errors.map(({ code = '' }) => code)].join(' ')) ?? REFUSED;
  const answer = `answers ${status}${said ? ` "${said}"` : ''}`;
  return failureBy(rule, `${doing}: the registry ${host} ${answer}. ${rule.next}`);
}

const REFUSED = { kind: 'refused', retry: false, next: 'Expected a registry with the OCI distribution API' };

/** Classifies a request without an answer. */
export function noAnswer({ host, doing }: RegistryRequest, error: unknown, withinMs: number): Error {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const code = cause?.code ?? cause?.message ?? name;
  const rule = ruleFor('registry', `${name} ${code}`) ?? UNREACHABLE;
  const what: Record<string, string> = {
    timeout: `the registry ${host} did not answer within ${withinMs / 1_000} s`,
    'untrusted-registry': code.startsWith('ERR_SSL')
      ? `the registry ${host} does not use TLS (${code})`
      : `the certificate of the registry ${host} is not trusted (${code})`,
  };
  return failureBy(rule, `${doing}: ${what[rule.kind] ?? `cannot reach the registry ${host} (${code})`}. ${rule.next}`);
}

const errorsOf = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().optional(), message: z.string().optional() })),
});

/** OCI distribution 1.1, "Error Codes"; none where the registry answers otherwise. */
function readErrors(body: string): { code?: string; message?: string }[] {
  try {
    return errorsOf.parse(JSON.parse(body)).errors;
  } catch {
    return [];
  }
}
