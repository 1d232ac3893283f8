import type { KubernetesTarget } from '../../../src/model/target';
import type { Cluster } from '../../drivers/kubernetes/cluster';
import { connectCluster } from '../../drivers/kubernetes/connect';
import { inClusterAccess } from '../../drivers/kubernetes/in-cluster';
import { readKubeconfig } from '../../drivers/kubernetes/kubeconfig';
import { awake } from '../../engines/awake';
import { currentWatch } from '../../heartbeat';
import { refuseSecret } from '../../policy/allowed';
import type { OperationContext } from '../../rollout/context';
import { refuseCommand } from '../../secrets/secret-sources';
import type { Settings } from '../../settings';
import { type Space, spaceOf } from './space';

export interface KubernetesDeps {
  settings: Settings;
  connect(target: KubernetesTarget): Promise<Cluster>;
}

export interface KubernetesContext extends OperationContext<KubernetesTarget> {
  host: string;
  space: Space;
}

/** By the worker's kubeconfig, whose login programs have the rule of all programs that give secrets; or as a pod of the cluster. */
export async function connect({ kubeconfig, context, inCluster }: KubernetesTarget): Promise<Cluster> {
  const { env } = process;
  const { signal } = currentWatch();
  const refuseProgram = async (exec: string[]) => (await refuseSecret({ exec }, env)) ?? refuseCommand({ exec }, env);
  const access = inCluster
    ? await inClusterAccess(env)
    : await readKubeconfig({ kubeconfig, context }, { env, refuseProgram, signal });
  return connectCluster(access, signal);
}

export async function openSpace({ settings, connect: open }: KubernetesDeps, target: KubernetesTarget): Promise<Space> {
  return spaceOf(awake(await open(target)), target.namespace, settings.installation);
}

export const inNamespace = async (
  deps: KubernetesDeps,
  ctx: OperationContext<KubernetesTarget>,
): Promise<KubernetesContext> => ({
  ...ctx,
  host: ctx.target.name,
  space: await openSpace(deps, ctx.target),
});
