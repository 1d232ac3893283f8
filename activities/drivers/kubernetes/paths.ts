import type { KindRef, ObjectRef, ServicePath } from './cluster';

/** The plural that paths have. A kind of another API is written here before it is asked for. */
const PLURALS: Record<string, string> = {
  ConfigMap: 'configmaps',
  CustomResourceDefinition: 'customresourcedefinitions',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Deployment: 'deployments',
  EndpointSlice: 'endpointslices',
  Event: 'events',
  Gateway: 'gateways',
  GatewayClass: 'gatewayclasses',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  HTTPRoute: 'httproutes',
  Ingress: 'ingresses',
  IngressClass: 'ingressclasses',
  Job: 'jobs',
  LimitRange: 'limitranges',
  Namespace: 'namespaces',
  NetworkPolicy: 'networkpolicies',
  Node: 'nodes',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets',
  ReplicaSet: 'replicasets',
  ResourceQuota: 'resourcequotas',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Secret: 'secrets',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  StatefulSet: 'statefulsets',
  StorageClass: 'storageclasses',
};

/** `/apis/apps/v1/namespaces/shop/deployments` */
export function pathOfKind({ apiVersion, kind, namespace }: KindRef): string {
  const plural = PLURALS[kind];
  if (!plural) throw new TypeError(`the plural of ${kind} is not in activities/drivers/kubernetes/paths.ts`);
  return `${pathOfApi(apiVersion)}${namespace ? `/namespaces/${segment(namespace)}` : ''}/${plural}`;
}

/** `/apis/apps/v1/namespaces/shop/deployments/web/scale` */
export const pathOf = (ref: ObjectRef): string =>
  `${pathOfKind(ref)}/${segment(ref.name)}${ref.subresource ? `/${segment(ref.subresource)}` : ''}`;

export const pathOfApi = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Where the API server passes requests on to a Service. */
export const pathThrough = ({ namespace, service, port, path, scheme }: ServicePath): string =>
  `/api/v1/namespaces/${segment(namespace)}/services/${scheme === 'https' ? 'https:' : ''}${segment(service)}:${segment(String(port))}/proxy${path}`;

export const queryOf = (values: Record<string, string | number | boolean | undefined>): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
};

/** `app=shop,release=r2` */
export const selectorOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join();

const segment = (name: string) => encodeURIComponent(name);
