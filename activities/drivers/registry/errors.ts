import { permanent, transient } from '../errors';

/** What was asked of which registry: `read team/app:1`. */
export interface Question {
  host: string;
  doing: string;
}

/** What a registry's refusal means; its own words (`errors[].message`) go with it, never a login. */
export function refusal({ host, doing }: Question, status: number, body: string): Error {
  const said = readMessage(body);
  const message = (next: string) =>
    `${doing}: the registry ${host} answers ${status}${said ? ` "${said}"` : ''}. ${next}`;
  if (status === 401 || status === 403)
    return permanent({
      kind: 'unauthorised',
      message: message('Check user name and password in windlass.yaml, where the worker reads them, and their rights'),
    });
  if (status === 404)
    return permanent({ kind: 'not-found', message: message('Check the name, and that the registry was not cleaned') });
  if (status === 429)
    return transient({ kind: 'rate-limited', message: message('It is tried again; a login raises the limit') });
  if (status >= 500 || status === 408)
    return transient({
      kind: 'registry-error',
      message: message('It is tried again. If it lasts, read the log of the registry'),
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
      message: `${doing}: the registry ${host} did not answer within ${withinMs / 1_000} s. It is tried again`,
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
    message: `${doing}: the registry ${host} is not reached (${code}). It is tried again; check that it runs and the worker may reach it`,
  });
}

/** OCI distribution 1.1, "Error Codes". */
function readMessage(body: string): string | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: string; message?: string }[] };
    return errors?.map(({ code, message }) => message ?? code).join(', ');
  } catch {
    return undefined;
  }
}
