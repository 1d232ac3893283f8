import { containerOf, type Condition, isReady, type PodObject, type SetObject } from '../objects';

/** What is wrong that no waiting fixes; a sentence behind the set's name. */
export interface Wrong {
  kind: string;
  what: string;
  pod?: PodObject;
}

/** A container's reasons that stay as they are until somebody changes something. */
const HOPELESS: Record<string, (message: string) => Omit<Wrong, 'pod'>> = {
  InvalidImageName: (said) => ({ kind: 'no-such-image', what: `has an image whose name is invalid: "${said}"` }),
  ErrImageNeverPull: (said) => ({
    kind: 'no-such-image',
    what: `may not pull its image: "${said}". An admission rule of the cluster set its pull policy to Never`,
  }),
  CreateContainerConfigError: (said) => ({
    kind: 'bad-config',
    what: `cannot be created: "${said}". Create what is missing in the namespace, or take the reference to it out of the compose file`,
  }),
  CreateContainerError: (said) => ({
    kind: 'no-start',
    what: `cannot be created: "${said}". Check the service's command, user, mounts and capabilities`,
  }),
  RunContainerError: (said) => ({
    kind: 'bad-command',
    what: `cannot be started: "${said}". Check that the service's command and entrypoint exist in its image`,
  }),
};

/** A kubelet that was too slow tries again by itself. */
const TRIES_AGAIN = /timed out|deadline exceeded/i;
/** A registry that answers so will answer so again. */
const NO_IMAGE = /not found|manifest unknown|name unknown|does not exist/i;
const NO_LOGIN = /unauthorized|forbidden|denied|authentication required|no basic auth/i;

/** Why a pod cannot come to be ready, as far as no waiting fixes it. What it had restarted before is no news. */
export function whyNever(pod: PodObject, restartsBefore = 0): Wrong | undefined {
  const container = containerOf(pod);
  const { reason = '', message = '' } = container?.state.waiting ?? {};
  const hopeless = HOPELESS[reason];
  if (hopeless && !TRIES_AGAIN.test(message)) return { ...hopeless(message), pod };
  const isPull = reason === 'ErrImagePull' || reason === 'ImagePullBackOff';
  // Of a registry that cannot be reached, too, the kubelet says that something was not found: the host.
  if (isPull && NO_IMAGE.test(message) && !/dial tcp|lookup/.test(message))
    return { kind: 'no-such-image', what: `has an image that the registry does not have: "${message}"`, pod };
  if (isPull && NO_LOGIN.test(message))
    return {
      kind: 'unauthorised',
      what: `may not pull its image: "${message}". Check the registry's username and password in windlass.yaml, or the login of the nodes`,
      pod,
    };
  const ended = container?.state.terminated ?? container?.lastState?.terminated;
  if (ended && (container!.restartCount > restartsBefore || container!.state.terminated))
    return { kind: 'unhealthy', what: describeEnd(pod), pod };
  if (pod.status?.phase === 'Failed')
    return { kind: 'unhealthy', what: `failed: "${pod.status.reason ?? ''} ${pod.status.message ?? ''}"`, pod };
  return undefined;
}

/** How its container ended, which was to go on. */
export function describeEnd(pod: PodObject): string {
  const container = containerOf(pod);
  const ended = container?.state.terminated ?? container?.lastState?.terminated;
  const at = `on ${nameNode(pod)}`;
  if (!ended) return `ended ${at}`;
  const { exitCode, reason, message } = ended;
  if (reason === 'OOMKilled')
    return `was ended ${at} because it used more memory than its limit. Raise deploy.resources.limits.memory`;
  const why = reason === 'StartError' && message ? `: "${message}"` : '';
  return `ended with exit status ${exitCode} ${at}${why}`;
}

export const nameNode = ({ spec: { nodeName } }: PodObject): string => (nodeName ? `node ${nodeName}` : 'no node');

const conditionOf = (conditions: Condition[] | undefined, type: string, is: string) =>
  conditions?.find((one) => one.type === type && one.status === is);

/** Why the cluster makes no pods at all: a quota, or admission that refuses them. */
export function whyNoPods({ status }: SetObject): Wrong | undefined {
  const { message = '' } = conditionOf(status?.conditions, 'ReplicaFailure', 'True') ?? {};
  if (/exceeded quota/.test(message))
    return {
      kind: 'quota',
      what: `gets no pods: "${message}". A release runs beside the former one, so the quota must hold both. Raise the namespace's ResourceQuota, or take strategy: recreate`,
    };
  if (message)
    return {
      kind: 'not-admitted',
      what: `gets no pods, because the cluster refuses them: "${message}". Change what it names in the compose file, or ask the owner of the rule`,
    };
  return undefined;
}

/** What is not yet as it shall be, of pods that may still come to be ready. */
export function describeWaiting(pods: PodObject[], count: number): string {
  const ready = pods.filter(isReady).length;
  const most = `${ready} of ${count} pods are ready`;
  const waiting = pods.find((pod) => !isReady(pod));
  if (!waiting) return most;
  const unscheduled = conditionOf(waiting.status?.conditions, 'PodScheduled', 'False');
  if (unscheduled)
    return `${most}; no node takes one: "${unscheduled.message}". Give the cluster room, or ask for less (deploy.resources.reservations, placement)`;
  const { reason, message = '' } = containerOf(waiting)?.state.waiting ?? {};
  const at = nameNode(waiting);
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    return `${most}; ${at} cannot pull the image yet: "${message}"`;
  if (reason)
    return `${most}; one is ${reason} on ${at}${message ? `: "${message}"` : ': its image is being pulled, or its volumes prepared'}`;
  return `${most}; one runs on ${at}, but its health command has not passed yet, or nothing accepts connections on its port`;
}
