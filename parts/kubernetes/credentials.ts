import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Addresses } from './addresses';
import { makeAuthority } from './certificates';

/** Where the files are by which the parts of a cluster know each other. */
export interface Credentials {
  folder: string;
  ca: string;
  /** Of a user that has a certificate: its kubeconfig. */
  kubeconfig(user: string): string;
  cert(user: string): string;
  key(user: string): string;
}

/** Makes the certificates and kubeconfigs of all parts, and of an administrator. */
export async function makeCredentials(
  folder: string,
  { server, control, service, workers }: Addresses,
): Promise<Credentials> {
  const authority = await makeAuthority(folder);
  const at = (name: string) => join(folder, name);
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`);
  const users = {
    apiserver: { user: 'kube-apiserver', names: [`IP:${control}`, `IP:${service('1')}`, ...names] },
    admin: { user: 'admin', group: 'system:masters' },
    controllers: { user: 'system:kube-controller-manager' },
    scheduler: { user: 'system:kube-scheduler' },
    proxy: { user: 'system:kube-proxy' },
    ...Object.fromEntries(
      workers.map(({ name, ip }) => [
        name,
        { user: `system:node:${name}`, group: 'system:nodes', names: [`IP:${ip}`, `DNS:${name}`] },
      ]),
    ),
  };
  await Promise.all(
    Object.entries(users).map(async ([name, subject]) => {
      const { cert, key } = await authority.issue(name, subject);
      const login = { 'client-certificate': cert, 'client-key': key };
      writeKubeconfig(at(`${name}.kubeconfig`), { server, ca: authority.cert, user: login });
    }),
  );
  // By these the API server signs the tokens of accounts.
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeFileSync(at('accounts.key'), pair.privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(at('accounts.pub'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  return {
    folder,
    ca: authority.cert,
    kubeconfig: (user) => at(`${user}.kubeconfig`),
    cert: (user) => at(`${user}.crt`),
    key: (user) => at(`${user}.key`),
  };
}

/** JSON is YAML. The authority's data stands in it, so that it can be read from anywhere. */
export function writeKubeconfig(
  file: string,
  { server, ca, user, namespace }: { server: string; ca: string; user: object; namespace?: string },
): void {
  const data = readFileSync(ca).toString('base64');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'windlass', cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name: 'windlass', user }],
    contexts: [{ name: 'windlass', context: { cluster: 'windlass', user: 'windlass', namespace } }],
    'current-context': 'windlass',
  };
  writeFileSync(file, JSON.stringify(content, null, 1), { mode: 0o600 });
}
