import type { Access, ApplyOptions, Cluster, KindRef, KubernetesObject, ObjectRef } from './cluster';
import { ClusterConnection } from './connection';
import { isStatus, isStatusObject, refused } from './errors';
import type { ClusterAccess } from './access';
import { pathOf, pathOfApi, pathOfKind, pathThrough, queryOf, selectorOf } from './paths';

/** A list is read in pages of so many. */
const PAGE = 500;

/** A cluster, until the signal. Does not connect yet. `readKubeconfig` and `inClusterAccess` say what it needs. */
export function connectCluster(access: ClusterAccess, signal?: AbortSignal): Cluster {
  const connection = new ClusterConnection(access, signal);
  return {
    server: access.server.host,
    namespace: access.namespace,
    get: (ref) => unlessMissing(connection.json({ doing: `read ${nameOf(ref)}`, path: pathOf(ref) })),
    list: (of, labels) => list(connection, of, labels),
    apply: (object, options) => apply(connection, object, options),
    patch: (ref, body, fieldManager) =>
      connection.json({
        doing: `change ${nameOf(ref)}`,
        method: 'PATCH',
        path: pathOf(ref) + queryOf({ fieldManager }),
        contentType: 'application/json-patch+json',
        body,
      }),
    delete: async (ref, { propagation = 'Background', uid } = {}) => {
      const body = { propagationPolicy: propagation, ...(uid && { preconditions: { uid } }) };
      await unlessMissing(
        connection.ask({ doing: `delete ${nameOf(ref)}`, method: 'DELETE', path: pathOf(ref), body }),
      );
    },
    logs: async ({ namespace, name }, { container, tail, previous, bytes } = {}) => {
      const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name };
      const query = queryOf({ container, tailLines: tail, previous, limitBytes: bytes });
      const ask = { doing: `read the log of ${nameOf(pod)}`, path: `${pathOf(pod)}/log${query}` };
      return (await unlessMissing(connection.ask(ask)))?.body;
    },
    getThrough: async (service) => {
      const doing = `GET ${service.path} of ${nameOf({ kind: 'Service', name: service.service, namespace: service.namespace })}`;
      const ask = { doing, path: pathThrough(service), withinMs: service.withinMs, anyStatus: true };
      const answer = await connection.ask(ask);
      if (answer.status >= 400 && isStatusObject(answer.body))
        throw refused({ server: access.server.host, doing }, answer.status, answer.body);
      return answer;
    },
    may: (wanted) => may(connection, wanted),
    resourcesOf: async (apiVersion) => {
      const ask = { doing: `read what ${apiVersion} has`, path: pathOfApi(apiVersion) };
      const found = await unlessMissing(connection.json<{ resources: { name: string }[] }>(ask));
      return found?.resources.map(({ name }) => name);
    },
    version: () => connection.json({ doing: 'read the version', path: '/version' }),
  };
}

async function list<T extends KubernetesObject>(
  connection: ClusterConnection,
  of: KindRef,
  labels: Record<string, string> = {},
): Promise<T[]> {
  const found: T[] = [];
  const labelSelector = selectorOf(labels) || undefined;
  let next: string | undefined;
  do {
    const path = pathOfKind(of) + queryOf({ labelSelector, limit: PAGE, continue: next });
    const page = await connection.json<{ items: T[]; metadata: { continue?: string } }>({
      doing: `list ${of.kind}${of.namespace ? ` of ${of.namespace}` : ''}`,
      path,
    });
    // The objects of a list do not say what they are.
    found.push(...page.items.map((item) => ({ ...item, apiVersion: of.apiVersion, kind: of.kind })));
    next = page.metadata.continue || undefined;
  } while (next);
  return found;
}

function apply<T extends KubernetesObject>(
  connection: ClusterConnection,
  object: T,
  { fieldManager, force = false, dryRun = false }: ApplyOptions,
): Promise<T> {
  const { apiVersion, kind, metadata } = object;
  const ref = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
  return connection.json<T>({
    doing: `apply ${nameOf(ref)}`,
    method: 'PATCH',
    path: pathOf(ref) + queryOf({ fieldManager, force, dryRun: dryRun ? 'All' : undefined }),
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
}

async function may(connection: ClusterConnection, wanted: Access): Promise<{ allowed: boolean; reason: string }> {
  const { status } = await connection.json<{ status: { allowed: boolean; reason?: string } }>({
    doing: `ask whether it may ${wanted.verb} ${wanted.resource}`,
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: wanted },
    },
  });
  return { allowed: status.allowed, reason: status.reason ?? '' };
}

const unlessMissing = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
};

const nameOf = ({ kind, name, namespace }: Pick<ObjectRef, 'kind' | 'name' | 'namespace'>) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
