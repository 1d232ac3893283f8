import { clusterOf, type KubernetesTarget } from '../../../src/model/target';
import { bindOperations } from '../../engines/bind-operations';
import { factsOfEngines } from '../../engines/facts';
import { describeRunning } from '../../engines/running';
import type { Settings } from '../../settings';
import type { TargetDriver } from '../driver';
import { ask, runOnce } from './ask';
import { checkNamespace } from './check';
import { connect, inNamespace, type KubernetesContext, type KubernetesDeps, openSpace } from './context';
import { describeDrift } from './drift';
import { handOver } from './manifests/hand-over';
import { manifestsOf } from './manifests/release';
import { readLogs } from './logs';
import { observeNamespace } from './observe';
import { operations } from './operations';
import { printRole } from './rights';

export const openKubernetes = (settings: Settings): TargetDriver<KubernetesTarget> => namespaces({ settings, connect });

/** Namespaces of Kubernetes clusters, asked and changed through their API alone. */
export function namespaces(deps: KubernetesDeps): TargetDriver<KubernetesTarget> {
  const { settings } = deps;
  return {
    observe: async (target, place, _project, models) =>
      observeNamespace(await openSpace(deps, target), target, place, models),
    facts: (place, environment) => factsOfEngines(settings, place, environment),
    operations: bindOperations<KubernetesTarget, KubernetesContext>(operations, (ctx) => inNamespace(deps, ctx)),
    ask: async (ctx, request) => ask(await inNamespace(deps, ctx), request),
    runOnce: async (ctx, command) => runOnce(await inNamespace(deps, ctx), command),
    logs: (target, subject) => readLogs(deps, target, subject),
    describeRunning: ({ containers }) =>
      containers.flatMap((set) => set.tasks.map(({ state }) => describeRunning({ ...set, state }))),
    drift: (target, { place, release, record, observed }) => describeDrift(place, release, record, target, observed),
    async answers(target, place, release, environment) {
      const { leads } = await observeNamespace(await openSpace(deps, target), target, place, []);
      return leads
        .filter((lead) => environment.routes.some(({ service }) => service === lead.service))
        .filter((lead) => lead.release !== release)
        .map((lead) => `${target.name}: ${lead.name} leads to ${lead.release ?? 'nothing'}. Expected ${release}`);
    },
    manifests: async (ctx, release) => manifestsOf(await inNamespace(deps, ctx), release),
    handOver: async (ctx, release) => handOver(await inNamespace(deps, ctx), release),
    check: (subject) => checkNamespace(deps, subject),
    planBootstrap: async (host) => ({
      host,
      does: 'none',
      what: `a Gateway or Ingress of ${clusterOf(host)} receives the requests; the worker's account needs this Role in ${host.namespace}`,
      manifest: printRole(settings.installation, host),
    }),
    bootstrap: async (target) => ({ done: `${target.name} needs nothing of windlass` }),
  };
}
