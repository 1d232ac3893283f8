import { join } from 'node:path';
import type { Api } from './api';
import { type Credentials, writeKubeconfig } from './credentials';

/** What an account may do, in one namespace. */
export interface RoleRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/** Makes a namespace, unless it exists, and in it an account with exactly these rights; returns its kubeconfig. */
export async function makeAccount(
  api: Api,
  { ca, folder }: Credentials,
  {
    server,
    namespace,
    rules,
    name = 'windlass',
  }: { server: string; namespace: string; rules: RoleRule[]; name?: string },
): Promise<string> {
  const metadata = { name, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  await api.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  );
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = await api.post<{ status: { token: string } }>(path, { spec: { expirationSeconds: 86_400 } });
  const file = join(folder, `${namespace}-${name}.kubeconfig`);
  writeKubeconfig(file, { server, ca, user: { token: status.token }, namespace });
  return file;
}
