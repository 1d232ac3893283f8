import type { KubernetesTarget } from '../../../src/model/target';
import type { Access } from '../../drivers/kubernetes/cluster';

interface RoleRule {
  group: string;
  resources: string[];
  verbs: Access['verb'][];
}

const KEEPS: Access['verb'][] = ['get', 'list', 'create', 'patch', 'delete'];

type Wanted = Pick<KubernetesTarget, 'route' | 'disruptionBudgets' | 'networkPolicies'>;

/** Everything that windlass does in a namespace, and nothing in any other. */
export const rulesFor = ({ route, disruptionBudgets, networkPolicies }: Wanted): RoleRule[] => [
  { group: 'apps', resources: ['deployments', 'statefulsets'], verbs: KEEPS },
  { group: 'batch', resources: ['jobs'], verbs: KEEPS },
  { group: '', resources: ['services', 'secrets', 'configmaps'], verbs: KEEPS },
  // Never deleted.
  { group: '', resources: ['persistentvolumeclaims'], verbs: ['get', 'list', 'create', 'patch'] },
  { group: '', resources: ['pods', 'pods/log', 'resourcequotas'], verbs: ['get', 'list'] },
  { group: '', resources: ['services/proxy'], verbs: ['get'] },
  { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: ['get', 'list'] },
  ...(disruptionBudgets ? [{ group: 'policy', resources: ['poddisruptionbudgets'], verbs: KEEPS }] : []),
  ...(networkPolicies ? [{ group: 'networking.k8s.io', resources: ['networkpolicies'], verbs: KEEPS }] : []),
  ...(route === 'service'
    ? []
    : [
        { group: 'gateway.networking.k8s.io', resources: ['httproutes'], verbs: KEEPS },
        { group: 'gateway.networking.k8s.io', resources: ['gateways'], verbs: ['get' as const] },
      ]),
];

/** As YAML for `kubectl apply`. */
export function printRole(installation: string, target: KubernetesTarget): string {
  const metadata = `metadata: { name: ${installation}, namespace: ${target.namespace} }`;
  const list = (words: string[]) => `[${words.map((word) => (word === '' ? '""' : word)).join(', ')}]`;
  const rules = rulesFor(target).map(
    ({ group, resources, verbs }) =>
      `  - { apiGroups: ${list([group])}, resources: ${list(resources)}, verbs: ${list(verbs)} }`,
  );
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    metadata,
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    metadata,
    'rules:',
    ...rules,
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    metadata,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${installation} }`,
    `subjects: [{ kind: ServiceAccount, name: ${installation}, namespace: ${target.namespace} }]`,
  ].join('\n');
}
