import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { Connection } from '../../../src/model/target';
import { findEndpoint } from '../../drivers/ssh/endpoint';
import type { SshSettings } from '../../drivers/ssh/settings';
import { readAddress } from '../../../src/model/host/proxy';
import type { ProxyResponse, ProxyRequest } from '../../drivers/proxy/proxy';
import { refuseBadRequest } from '../../drivers/proxy/ask/request';
import type { OperationContext } from '../../rollout/context';

const LONGEST_BODY = 64 * 1024;
/** Codes of node:net for a failed connection. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Sends a request to a host's proxy over the network, as users do, from the worker's machine. Undefined without
 * an answer within `timeoutMs`; `unreachable` without a connection.
 */
export async function askFromWorker(
  { target, settings, watch }: Pick<OperationContext, 'settings' | 'watch'> & { target: Connection },
  { host, path, method = 'GET', https }: ProxyRequest & { https?: true },
  timeoutMs: number,
): Promise<ProxyResponse | 'unreachable' | undefined> {
  refuseBadRequest({ host, path, method });
  const { ip, port } = readAddress(https ? (settings.proxyHttps ?? '443') : settings.proxyHttp);
  const began = Date.now();
  return new Promise((resolve) => {
    const timeLimit = AbortSignal.timeout(timeoutMs);
    const signal = watch.signal ? AbortSignal.any([watch.signal, timeLimit]) : timeLimit;
    const options = {
      host: machineOf(target, settings.ssh, ip),
      port,
      path,
      method,
      headers: { host },
      agent: false,
      signal,
    };
    const send = https ? requestSecurely : request;
    const asked = send({ ...options, ...(https && { servername: host }) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body = (body + text).slice(0, LONGEST_BODY)));
      response.on('error', () => resolve(undefined));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: flatten(response.headers),
          body,
          tookMs: Date.now() - began,
        }),
      );
    });
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(UNREACHABLE.has(error.code ?? '') ? 'unreachable' : undefined),
    );
    asked.end();
  });
}

function machineOf(target: Connection, ssh: SshSettings, publishedOn: string | undefined): string {
  const isAnywhere = publishedOn === undefined || publishedOn === '0.0.0.0' || publishedOn === '::';
  if (target.address.startsWith('ssh://')) return findEndpoint(target, ssh).host;
  const remote = /^(?:tcp|https?):\/\/(\[[^\]]+\]|[^:/]+)/.exec(target.address)?.[1]?.replace(/^\[|\]$/g, '');
  if (remote) return remote;
  return isAnywhere ? '127.0.0.1' : publishedOn;
}

const flatten = (headers: NodeJS.Dict<string | string[]>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
