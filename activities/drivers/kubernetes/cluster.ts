/**
 * What windlass needs of a Kubernetes cluster: eight verbs of its API. Whatever is asked again converges: applying the same
 * changes nothing, and deleting what is missing is no error. Errors are `Permanent` or `Transient`
 * (activities/drivers/errors.ts) and name cluster and subject; `refusalIn` has what the cluster itself said.
 */
export interface Cluster {
  /** The address of its API server, without a login. */
  readonly server: string;
  /** That of the context, where nothing else is said. */
  readonly namespace: string;

  /** Undefined when it is missing, and also when the cluster does not know its kind. */
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  /** All of one kind in a namespace, in any number. Labels: `{ app: 'shop' }`, all of them. */
  list<T extends KubernetesObject>(of: KindRef, labels?: Record<string, string>): Promise<T[]>;
  /** Server-side apply. Fails with status 409 where another manager owns a field, unless `force`d. */
  apply<T extends KubernetesObject>(object: T, options: ApplyOptions): Promise<T>;
  /** A JSON patch (RFC 6902). A `test` that fails is status 422, and nothing was changed. */
  patch<T extends KubernetesObject>(ref: ObjectRef, patch: JsonPatch[], fieldManager: string): Promise<T>;
  /** With a `uid`, only the object that was seen: another one of the same name is status 409. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** The end of a container's output; undefined when there is no such pod. */
  logs(pod: { namespace: string; name: string }, options?: LogOptions): Promise<string | undefined>;
  /** A GET to a Service, through the API server. The application's own status is an answer, not an error. */
  getThrough(service: ServicePath): Promise<HttpAnswer>;
  /** Whether the account of this connection may do something, and why not. */
  may(access: Access): Promise<{ allowed: boolean; reason: string }>;
  /** The plural names that a version of an API has, such as `httproutes`; undefined without that version. */
  resourcesOf(apiVersion: string): Promise<string[] | undefined>;
  version(): Promise<{ major: string; minor: string; gitVersion: string }>;
}

export interface KindRef {
  /** `v1`, `apps/v1` */
  apiVersion: string;
  kind: string;
  namespace?: string;
}

export interface ObjectRef extends KindRef {
  name: string;
  /** `scale`, `status` */
  subresource?: string;
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  managedFields?: { manager: string; operation: string; subresource?: string }[];
  ownerReferences?: { kind: string; name: string; uid: string }[];
}

export interface ApplyOptions {
  fieldManager: string;
  /** Takes the fields that others own. */
  force?: boolean;
  /** The cluster checks and answers as if, and keeps nothing. */
  dryRun?: boolean;
}

export interface DeleteOptions {
  /** What it owns goes after it (`Background`, the default), before it, or stays. */
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  uid?: string;
}

export interface LogOptions {
  container?: string;
  /** Lines. */
  tail?: number;
  /** Of the container before its last restart. */
  previous?: boolean;
  /** What is longer is cut. */
  bytes?: number;
}

export interface ServicePath {
  namespace: string;
  service: string;
  port: number | string;
  /** Begins with a slash, and may have a query. */
  path: string;
  scheme?: 'http' | 'https';
  withinMs?: number;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Access {
  namespace?: string;
  /** Empty for what is `v1`. */
  group: string;
  /** Plural: `deployments`. */
  resource: string;
  subresource?: string;
  name?: string;
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
}

export type JsonPatch =
  { op: 'add' | 'replace' | 'test'; path: string; value: unknown } | { op: 'remove'; path: string };
