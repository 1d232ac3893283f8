import { wordsOfCause } from '../../../../src/model/failure';
import type { HttpAnswer } from '../../../drivers/kubernetes/cluster';
import { refusalIn } from '../../../drivers/kubernetes/errors';
import type { KubernetesContext } from '../context';
import type { Make } from './make';

/** The time limit of an answer. */
const ANSWER_MS = 5_000;

/**
 * What is wrong with a service's answers on its routes, through the API server and the release's own Service; undefined when each is below
 * 500. Of what has a health command, and what does not speak HTTP/1.1, the probe of the cluster is enough.
 */
export async function askRoutes(
  ctx: KubernetesContext,
  { name, service, environment }: Pick<Make, 'name' | 'service' | 'environment'>,
): Promise<string | undefined> {
  const { healthcheck } = service.container;
  if (healthcheck?.test && !healthcheck.disabled) return undefined;
  for (const { path, port, protocol } of environment.routes.filter((route) => route.service === service.name)) {
    if (protocol) continue;
    const answer = await askService(ctx, name, port, path);
    if (typeof answer === 'string') return answer;
    if (answer.status >= 500) return `answers ${answer.status} on port ${port} to ${path}. Expected a status below 500`;
  }
  return undefined;
}

/** A GET to a Service; in words where the application gave no answer. */
export async function askService(
  { space: { cluster, namespace } }: Pick<KubernetesContext, 'space'>,
  service: string,
  port: number,
  path: string,
  withinMs = ANSWER_MS,
): Promise<HttpAnswer | string> {
  try {
    return await cluster.getThrough({ namespace, service, port, path, withinMs });
  } catch (error) {
    const { status, message } = refusalIn(error) ?? {};
    // Of its right to ask, and of the way to the cluster, something else is wrong.
    if (status === undefined ? isWay(error) : status < 500) throw error;
    return `no answer on port ${port} to ${path}: ${message ?? wordsOfCause(error)}`;
  }
}

const isWay = (error: unknown) => !/did not answer within/.test(wordsOfCause(error));
