import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { Target } from '../../src/model/host';
import { findEndpoint } from '../drivers/ssh/endpoint';
import type { SshSettings } from '../drivers/ssh/settings';
import { readAddress } from '../drivers/proxy/container';
import type { Answer, Question } from '../drivers/proxy/proxy';
import type { RolloutContext } from '../rollout/context';

const LONGEST_BODY = 64 * 1024;
/** Codes of node:net for a connection that was not made. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * Asks the proxy of a host over the network, as users do, from the machine of the worker. Undefined when there was no
 * answer within `timeoutMs`; `unreachable` when no connection could be made.
 */
export function askFromWorker(
  { target, settings, watch }: RolloutContext,
  { host, path, method = 'GET', https }: Question & { https?: true },
  timeoutMs: number,
): Promise<Answer | 'unreachable' | undefined> {
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

/** Where the host is on the network: an engine behind a socket is on the worker's own machine. */
function machineOf(target: Target, ssh: SshSettings, publishedOn: string | undefined): string {
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
