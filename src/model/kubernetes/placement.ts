import type { NodePlacement } from '../service';

const CONSTRAINT = /^node\.(labels\.(\S+?)|hostname)\s*(==|!=)\s*(\S+)$/;

/** `node.labels.disk == ssd` as a requirement of a node; undefined for what a cluster does not know of its nodes. */
export function requirementOf(constraint: string): object | undefined {
  const [, of, label, operator, value] = CONSTRAINT.exec(constraint.trim()) ?? [];
  if (!of) return undefined;
  return { key: label ?? 'kubernetes.io/hostname', operator: operator === '==' ? 'In' : 'NotIn', values: [value] };
}

/** On which nodes pods may run, and over what they are spread. */
export function placementOf(
  { constraints = [], spread = [], maxPerNode }: NodePlacement,
  matchLabels: Record<string, string>,
): object {
  const matchExpressions = constraints.flatMap((one) => requirementOf(one) ?? []);
  return {
    affinity: {
      nodeAffinity:
        matchExpressions.length === 0
          ? undefined
          : { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
      podAntiAffinity:
        maxPerNode === 1
          ? {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels }, topologyKey: 'kubernetes.io/hostname' },
              ],
            }
          : undefined,
    },
    topologySpreadConstraints: spread.map((over) => ({
      maxSkew: 1,
      topologyKey: over.replace(/^node\.labels\./, ''),
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels },
    })),
  };
}
