import { wordsOfCause } from '../../../../src/model/failure';
import type { NodeState, ServiceState, TaskState } from '../../../drivers/swarm/swarm';
import { failureIn } from '../../../drivers/errors';
import { ruleFor } from '../../../drivers/failures';
import { loginForImage } from '../../../engines/registry-login';
import type { SwarmContext } from '../context';

/** What is wrong with a task that no waiting fixes; a sentence after the set's name. */
export interface Wrong {
  kind: string;
  what: string;
  task: TaskState;
}

/** Its scheduler's whole answer: nothing else may lack, such as memory that another set gives back. */
const NO_NODE_FITS =
  /no suitable node \((?:(?:scheduling constraints not satisfied|unsupported platform) on \d+ nodes?(?:; )?)+\)/;

/** Why a task cannot come to run, as far as no waiting fixes it. */
export async function whyNever(
  ctx: SwarmContext,
  release: string,
  task: TaskState,
  nodes: NodeState[],
): Promise<Wrong | undefined> {
  const { state, error = '' } = task;
  if (state === 'pending' && NO_NODE_FITS.test(error)) return { kind: 'no-node', what: noNode(error), task };
  if (state === 'rejected' && /no such image/i.test(error)) return whyNoImage(ctx, release, task, nodes);
  if (state === 'rejected') {
    const rule = ruleFor('engine', error);
    return rule && !rule.retry
      ? { kind: rule.kind, what: `cannot start on ${nameNode(task, nodes)}: "${error}". ${rule.next}`, task }
      : undefined;
  }
  return state === 'failed' || state === 'complete'
    ? { kind: 'unhealthy', what: describeEnd(task, nodes), task }
    : undefined;
}

const noNode = (error: string) =>
  `fits on no node: the swarm says "${error}". Check deploy.placement in the compose file against the nodes' labels: docker node inspect`;

/** A node says the same whether the image is missing, the login is refused or the registry is away: so the registry is asked. */
async function whyNoImage(
  ctx: SwarmContext,
  release: string,
  task: TaskState,
  nodes: NodeState[],
): Promise<Wrong | undefined> {
  const at = nameNode(task, nodes);
  const [edge] = ctx.edges;
  if (!edge) return { kind: 'no-such-image', what: `has no image on ${at}: the swarm says "${task.error}"`, task };
  try {
    await edge.engine.findImage(task.image, await loginForImage(ctx, release, task.image), 10_000);
  } catch (error) {
    const kind = failureIn(error)?.kind ?? '';
    // The registry may come back.
    if (['unreachable', 'timeout', 'rate-limited', 'engine-error'].includes(kind)) return undefined;
    return { kind: kind || 'no-such-image', what: `has no image on ${at}: ${wordsOfCause(error)}`, task };
  }
  return {
    kind: 'no-such-image',
    what: `has no image on ${at}, although ${edge.name} finds it in the registry. Check that the node reaches the registry and trusts it: docker pull ${task.image}`,
    task,
  };
}

/** How a task ended, which was to go on. */
export function describeEnd(task: TaskState, nodes: NodeState[]): string {
  const { state, exitCode, error = '' } = task;
  const at = `on ${nameNode(task, nodes)}`;
  if (/unhealthy/i.test(error)) return `was unhealthy ${at} and was ended: its health command failed`;
  if (state === 'complete' || exitCode === 0)
    return `ended with exit status 0 ${at}: by itself, or because its health command failed`;
  if (exitCode !== undefined) return `ended with exit status ${exitCode} ${at}`;
  return `failed ${at}: "${error}"`;
}

/** Nodes may share a hostname, so the id is what tells them apart. */
export function nameNode({ node }: Pick<TaskState, 'node'>, nodes: NodeState[]): string {
  const found = nodes.find(({ id }) => id === node);
  return node === '' ? 'no node' : `node ${node.slice(0, 12)}${found?.hostname ? ` (${found.hostname})` : ''}`;
}

/** What is not yet as it shall be, of tasks that may still come to run. */
export function describeWaiting(tasks: TaskState[], nodes: NodeState[], count: number, set: ServiceState): string {
  const running = tasks.filter(({ state }) => state === 'running');
  const waiting = tasks.find(({ state }) => state !== 'running');
  const most = `${running.length} of ${count} run`;
  if (!waiting) return set.update ? `${most}; the swarm says "${set.update.message}"` : most;
  const { state, error, said } = waiting;
  const words: Record<string, string> = {
    starting: 'its health command has not passed yet',
    preparing: 'its image is being pulled, or its networks and volumes prepared',
    pending: 'no node has taken it',
  };
  const why = error ? `the swarm says "${error}"` : (words[state] ?? said);
  return `${most}; one is ${state} on ${nameNode(waiting, nodes)}: ${why}`;
}
