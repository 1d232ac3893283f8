import { request } from 'node:http';
import type { KubernetesObject } from '../../../drivers/kubernetes/cluster';
import { isStatus } from '../../../drivers/kubernetes/errors';
import type { HttpAnswer } from '../../driver';
import type { KubernetesContext } from '../context';

const ANSWER_MS = 3_000;
const LONGEST_BODY = 64 * 1024;

interface GatewayObject extends KubernetesObject {
  spec: { listeners?: { port: number; protocol: string }[] };
  status?: { addresses?: { value: string }[] };
}

/** A Gateway may be in a namespace that the account has no right in. */
const unlessForbidden = (error: unknown): undefined => {
  if (!isStatus(error, 403)) throw error;
};

/** A request to the Gateway's own address, over HTTP; undefined where it has none that the worker reaches. */
export async function askGateway(
  { space: { cluster }, watch }: KubernetesContext,
  { name, namespace }: { name: string; namespace: string },
  { host, path, timeoutMs = ANSWER_MS }: { host: string; path: string; timeoutMs?: number },
): Promise<HttpAnswer | undefined> {
  const ref = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name, namespace };
  const found = await cluster.get<GatewayObject>(ref).catch(unlessForbidden);
  const address = found?.status?.addresses?.[0]?.value;
  const port = found?.spec.listeners?.find(({ protocol }) => protocol === 'HTTP')?.port;
  if (!address || !port) return undefined;
  const began = Date.now();
  const late = AbortSignal.timeout(timeoutMs);
  const signal = watch.signal ? AbortSignal.any([watch.signal, late]) : late;
  return new Promise((resolve) => {
    const asked = request({ host: address, port, path, headers: { host }, agent: false, signal }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body = (body + text).slice(0, LONGEST_BODY)));
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => {
        const headers = Object.entries(answer.headers).map(([key, value]) => [key, [value].flat().join(', ')]);
        const tookMs = Date.now() - began;
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(headers) as Record<string, string>,
          body,
          tookMs,
        });
      });
    });
    asked.on('error', () => resolve(undefined)).end();
  });
}
