import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../run/children';
import type { Addresses } from './addresses';
import { type Api, apiOf } from './api';
import type { Credentials } from './credentials';
import type { Machine, Program } from './machine/machine';

export interface ControlPlane {
  api: Api;
  etcd: Program;
  apiServer: Program;
}

/** Starts the database and the API server. */
export async function startApi(
  machine: Machine,
  program: string,
  { folder, ca, cert, key }: Credentials,
  { server, control, serviceRange }: Addresses,
): Promise<ControlPlane> {
  const local = 'http://127.0.0.1';
  const database = {
    'data-dir': join(machine.folder, 'etcd'),
    'log-level': 'warn',
    // What a crash of this machine loses is lost with the cluster.
    'unsafe-no-fsync': 'true',
    'listen-client-urls': `${local}:2379`,
    'advertise-client-urls': `${local}:2379`,
    'listen-peer-urls': `${local}:2380`,
  };
  const etcd = await machine.start('etcd', [program, 'etcd', ...flags(database)]);
  const api = apiOf({ server, ca, cert: cert('admin'), key: key('admin') });
  const options = {
    'etcd-servers': `${local}:2379`,
    'advertise-address': control,
    'bind-address': control,
    'tls-cert-file': cert('apiserver'),
    'tls-private-key-file': key('apiserver'),
    'client-ca-file': ca,
    // Or it asks a DNS that does not know them for the names of nodes.
    'kubelet-preferred-address-types': 'InternalIP',
    'kubelet-client-certificate': cert('apiserver'),
    'kubelet-client-key': key('apiserver'),
    'kubelet-certificate-authority': ca,
    'service-account-key-file': join(folder, 'accounts.pub'),
    'service-account-signing-key-file': join(folder, 'accounts.key'),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-cluster-ip-range': serviceRange,
    'authorization-mode': 'Node,RBAC',
    'enable-priority-and-fairness': 'false',
    // A lost node's pods are made again elsewhere while a test waits.
    'default-not-ready-toleration-seconds': '10',
    'default-unreachable-toleration-seconds': '10',
  };
  const apiServer = await machine.start('apiserver', [program, 'apiserver', ...flags(options)], () =>
    api.get('/readyz'),
  );
  return { api, etcd, apiServer };
}

/** Starts what acts on what the API says. */
export async function startControllers(
  machine: Machine,
  program: string,
  { folder, ca, kubeconfig }: Credentials,
  { serviceRange }: Addresses,
): Promise<void> {
  const alone = {
    'leader-elect': 'false',
    'bind-address': '127.0.0.1',
    'kube-api-qps': '200',
    'kube-api-burst': '400',
  };
  const controllers = {
    kubeconfig: kubeconfig('controllers'),
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': join(folder, 'accounts.key'),
    'root-ca-file': ca,
    'service-cluster-ip-range': serviceRange,
    ...alone,
  };
  await machine.start('controllers', [program, 'controller-manager', ...flags(controllers)]);
  await machine.start('scheduler', [program, 'scheduler', ...flags({ kubeconfig: kubeconfig('scheduler'), ...alone })]);
}

/** Starts the names of the cluster, as a program beside it: a Service without a selector leads there. */
export async function startDns(
  machine: Machine,
  program: string,
  { kubeconfig }: Credentials,
  { control, service }: Addresses,
  api: Api,
): Promise<void> {
  const file = join(machine.folder, 'Corefile');
  const known = `kubernetes cluster.local in-addr.arpa {\n  kubeconfig ${kubeconfig('admin')}\n  ttl 5\n }`;
  writeFileSync(file, `.:53 {\n bind ${control}\n errors\n ready ${control}:8181\n ${known}\n cache 5\n}\n`);
  await machine.start('dns', [program, 'dns', '-conf', file]);
  const ports = ['UDP', 'TCP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }));
  const metadata = { name: 'kube-dns', namespace: 'kube-system' };
  await api.apply(
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: service('10'), ports } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, name: 'kube-dns-1', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
      addressType: 'IPv4',
      ports,
      endpoints: [{ addresses: [control], conditions: { ready: true } }],
    },
  );
}

const flags = (options: Record<string, string>) => Object.entries(options).map(([name, value]) => `--${name}=${value}`);

/** Its certificate is its login at the kubelets, for logs. */
export const letApiServerAsk = (api: Api) =>
  api.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'apiserver-kubelet' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kube-apiserver' }],
  });

interface Nodes {
  items: { status: { conditions?: { type: string; status: string }[] } }[];
}

/** Waits until so many nodes are ready. */
export async function awaitNodes(api: Api, count: number): Promise<void> {
  await poll(120_000, async () => {
    const { items } = await api.get<Nodes>('/api/v1/nodes');
    const ready = items.filter(({ status }) =>
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
    if (ready.length < count) throw new Error(`${ready.length} of ${count} nodes are ready`);
  });
}
