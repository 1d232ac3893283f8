import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { badAccess, type ClusterAccess } from './access';
import { readToken } from './kubeconfig';

/** What Kubernetes puts into every pod that has an account. */
const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster that the worker itself runs in, as its pod's service account. Fails permanently outside of one. */
export async function inClusterAccess(
  env: Record<string, string | undefined>,
  folder = FOLDER,
): Promise<ClusterAccess> {
  const where = 'kubernetes: in-cluster';
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const outside = 'the worker does not run in a pod with a service account. Use a kubeconfig';
  if (!host) throw badAccess(where, outside);
  const read = (name: string) =>
    readFile(join(folder, name), 'utf8').catch(() =>
      Promise.reject(badAccess(where, `${outside} (${name} is missing)`)),
    );
  // The kubelet replaces the token before it ends, so it is read again when it is refused.
  const renewToken = () => readToken(join(folder, 'token'), where);
  const [ca, namespace, token] = await Promise.all([read('ca.crt'), read('namespace'), renewToken()]);
  const server = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  return { server, namespace: namespace.trim(), tls: { ca }, token, renewToken };
}
