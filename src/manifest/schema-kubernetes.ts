import { z } from 'zod';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const label = (what: string) =>
  z.string().regex(LABEL, `is not the name of a ${what}. Write lowercase letters, digits and hyphens`);

const gateway = z
  .strictObject({
    gateway: label('Gateway').describe('The Gateway that receives the requests: `kubectl get gateways`.'),
    namespace: label('namespace').optional().describe("The Gateway's namespace. Default: the environment's own."),
  })
  .describe('HTTPRoutes of this Gateway carry the host names and paths of `routes`. A canary needs it.');

const wanted = z.literal(true, { error: 'is not true. Write true, or omit it' }).optional();

/** One namespace of a cluster. What logs in there is a file of the worker, and never in the commit. */
export const kubernetes = z
  .strictObject({
    context: z
      .string()
      .regex(/^[^\s*?]+$/, 'is not the name of a context. Write one of: kubectl config get-contexts')
      .optional()
      .describe("The context in the worker's kubeconfig. Default: its current one."),
    kubeconfig: z
      .string()
      .regex(
        /^\/(?!.*(?:\/\.\.?(?:\/|$)|\/\/))\S+$/,
        "is not an absolute path on the worker's machine. Start it with /",
      )
      .optional()
      .describe("Another kubeconfig, by its path on the worker's machine. Default: KUBECONFIG, or ~/.kube/config."),
    inCluster: z
      .literal(true, { error: 'is not true. Write true where the worker runs in the cluster, or omit it' })
      .optional()
      .describe('The worker runs in the cluster, and logs in with its service account.'),
    namespace: label('namespace').describe('The namespace, which exists. It should belong to this environment alone.'),
    route: z
      .union([z.literal('service'), gateway], {
        error: 'is unknown. Write service, or { gateway: NAME }',
      })
      .default('service')
      .describe(
        "How traffic moves: `service` switches the Services that the team's Ingress or load balancer leads to, each named as its service; or by a Gateway.",
      ),
    disruptionBudgets: wanted.describe(
      'Makes a PodDisruptionBudget for each service of several pods: a node that is drained takes one of them at a time.',
    ),
    networkPolicies: wanted.describe(
      "Makes NetworkPolicies: only the environment's own pods reach its pods, and everybody a routed port. The cluster's network must enforce them.",
    ),
  })
  .superRefine(({ inCluster, kubeconfig, context }, refuse) => {
    if (inCluster && (kubeconfig ?? context) !== undefined)
      refuse.addIssue({
        code: 'custom',
        path: ['inCluster'],
        message: 'is written beside kubeconfig or context. Remove one of them',
      });
  });
