import { HOST_NAME, REQUEST_TARGET } from '../../../../src/model/text/grammar';
import { permanent } from '../../errors';
import type { ProxyRequest } from '../proxy';

/**
 * The text of an HTTP request. Fails permanently (kind `bad-request`) where it would be read as another request
 * or several, because a record may contain what no manifest may.
 */
export function writeRequest(question: ProxyRequest): string {
  refuseBadRequest(question);
  const { method = 'GET', path, host } = question;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: windlass',
    'Accept: */*',
    'Connection: close',
  ];
  return [...lines, '', ''].join('\r\n');
}

/** Every request is checked by this, whether sent as text or by an HTTP client. */
export function refuseBadRequest({ method = 'GET', path, host }: Pick<ProxyRequest, 'method' | 'path' | 'host'>): void {
  const wrong = [
    ...(['GET', 'HEAD'].includes(method) ? [] : [`${JSON.stringify(method)} is not GET or HEAD`]),
    ...(REQUEST_TARGET.test(path) ? [] : [`${JSON.stringify(path)} is not a path`]),
    ...(HOST_NAME.test(host) ? [] : [`${JSON.stringify(host)} is not a host name`]),
  ];
  if (wrong.length === 0) return;
  throw permanent({
    kind: 'bad-request',
    message: `no request was sent: ${wrong.join('; ')}. Was the record written by an older windlass? Correct windlass.yaml and release again`,
  });
}
