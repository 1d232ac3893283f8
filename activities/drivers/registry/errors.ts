import { permanent, transient } from '../errors';

/** What was asked of which registry: `read team/app:1`. */
export interface Question {
  host: string;
  doing: string;
}

/** What a registry's refusal means; its own words (`errors[].message`) go with it, never a login. */
export function refusal({ host, doing }: Question, status: number, body: string): Error {
  const errors = readErrors(body);
  const said = errors.map(({ code, message }) => message ?? code).join(', ');
  const message = (next: string) =>
    `${doing}: the registry ${host} answers ${status}${said ? ` "${said}"` : ''}. ${next}`;
  if (status === 401 || status === 403)
    return permanent({
      kind: 'unauthorised',
      message: message('Check user name and password in windlass.yaml, where the worker reads them, and their rights'),
    });
  if (status === 404)
    return permanent({ kind: 'not-found', message: message('Check the name, and that the registry was not cleaned') });
  if (status === 429) return transient({ kind: 'rate-limited', message: message('A login raises the limit') });
  if (status >= 500 || status === 408)
    return transient({
      kind: 'registry-error',
      message: message('If it lasts, read the log of the registry'),
    });
  if (errors.some(({ code }) => INCOMPLETE.has(code ?? '')))
    return transient({
      kind: 'incomplete',
      message: message('Others may be writing the same at this moment. If it lasts, read the log of the registry'),
    });
  return permanent({ kind: 'refused', message: message('Expected a registry of the OCI distribution API') });
}

/** The registry did not answer at all. */
export function noAnswer({ host, doing }: Question, error: unknown, withinMs: number): Error {
  const { name, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const code = cause?.code ?? cause?.message ?? name;
  if (name === 'TimeoutError')
    return transient({
      kind: 'timeout',
      message: `${doing}: the registry ${host} did not answer within ${withinMs / 1_000} s. Check that it is up and not overloaded`,
    });
  if (/CERT|SELF_SIGNED|ERR_TLS/.test(code))
    return permanent({
      kind: 'untrusted-registry',
      message: `${doing}: the certificate of the registry ${host} is not trusted (${code}). Give the worker its authority by NODE_EXTRA_CA_CERTS`,
    });
  if (code.startsWith('ERR_SSL'))
    return permanent({
      kind: 'untrusted-registry',
      message: `${doing}: the registry ${host} does not speak TLS (${code}). If that is meant so, list it in WINDLASS_INSECURE_REGISTRIES of the worker`,
    });
  return transient({
    kind: 'unreachable',
    message: `${doing}: the registry ${host} is not reached (${code}). Check that it runs and the worker may reach it`,
  });
}

/**
 * What a write is refused with when the registry does not find whole what was written before it (OCI distribution 1.1, "Error
 * Codes"). Distribution 2.8 writes the link to a blob in place: whoever puts the same blob makes it empty for a moment.
 */
const INCOMPLETE = new Set(['DIGEST_INVALID', 'MANIFEST_BLOB_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN']);

/** By the same document; none where the registry says something else. */
function readErrors(body: string): { code?: string; message?: string }[] {
  try {
    return (JSON.parse(body) as { errors?: { code?: string; message?: string }[] }).errors ?? [];
  } catch {
    return [];
  }
}
