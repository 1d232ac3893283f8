import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { badAccess, type ClientTls, type ClusterAccess } from './access';
import { askPlugin, type PluginAnswer } from './exec-plugin';
import {
  type Kubeconfig,
  type KubeconfigCluster,
  kubeconfigFiles,
  type KubeconfigUser,
  readKubeconfigFiles,
} from './kubeconfig-file';

export interface KubeconfigOptions {
  env: Record<string, string | undefined>;
  /** Why the worker may not run a program for a login; undefined where it may. */
  refuseProgram: (command: string[]) => Promise<string | undefined>;
  signal?: AbortSignal;
}

/** Where a cluster stands in a kubeconfig; by default the person's own file, and its current context. */
export interface KubeconfigPlace {
  kubeconfig?: string;
  context?: string;
}

/** What one context says of a cluster and a login, read now. Fails permanently with what is wrong, never showing a login. */
export async function readKubeconfig(place: KubeconfigPlace, options: KubeconfigOptions): Promise<ClusterAccess> {
  const files = await readKubeconfigFiles(kubeconfigFiles(place.kubeconfig, options.env));
  const name = place.context ?? files.map(({ content }) => content['current-context']).find(Boolean);
  const where = `kubeconfig ${files.map(({ file }) => file).join(', ')}`;
  if (!name) throw badAccess(where, 'it has no current-context. Name one: kubernetes.context');
  const found = find(files, 'contexts', name, where).entry.context;
  const cluster = find(files, 'clusters', found.cluster, where);
  const user = found.user === undefined ? undefined : find(files, 'users', found.user, where);
  const server = serverOf(cluster.entry.cluster, `${where}: cluster ${found.cluster}`);
  const login = await loginOf(user?.entry.user ?? {}, user?.in.folder ?? '/', {
    ...options,
    where: `${where}: user ${found.user}`,
    cluster: cluster.entry.cluster,
  });
  const tls: ClientTls = {
    ca: await pem(cluster.entry.cluster, 'certificate-authority', cluster.in.folder, where),
    servername: cluster.entry.cluster['tls-server-name'],
    ...login.tls,
  };
  const { token, renewToken } = login;
  return { server, namespace: found.namespace ?? 'default', tls, token, renewToken };
}

type Section = 'contexts' | 'clusters' | 'users';

/** The first of that name in all files. */
function find<S extends Section>(files: Kubeconfig[], section: S, name: string, where: string) {
  type Entry = Kubeconfig['content'][S][number];
  const all = files.flatMap((file) => (file.content[section] as Entry[]).map((entry) => ({ entry, in: file })));
  const one = all.find(({ entry }) => entry.name === name);
  if (one) return one;
  const names = all.map(({ entry }) => entry.name).join(', ') || 'none';
  throw badAccess(where, `${section} has no ${name}. Expected one of: ${names}`);
}

/** What would be dropped silently is refused: each of these decides whom the login is sent to. */
function serverOf(cluster: KubeconfigCluster, where: string): URL {
  const server = new URL(cluster.server);
  if (server.protocol !== 'https:')
    throw badAccess(where, `its server is ${cluster.server}. Expected https, for the login is sent there`);
  if (cluster['insecure-skip-tls-verify'])
    throw badAccess(
      where,
      "insecure-skip-tls-verify would send the worker's login to anyone who answers there. Remove it, and write the authority of its certificate: certificate-authority-data",
    );
  if (cluster['proxy-url']) throw badAccess(where, 'windlass does not speak through a proxy-url. Remove it');
  return server;
}

interface LoginOptions extends KubeconfigOptions {
  where: string;
  cluster: KubeconfigCluster;
}

type Login = Pick<ClusterAccess, 'token' | 'renewToken'> & { tls: Pick<ClientTls, 'cert' | 'key'> };

const REFUSED = ['username', 'password', 'auth-provider', 'as', 'as-uid', 'as-groups', 'as-user-extra'];

async function loginOf(user: KubeconfigUser, folder: string, options: LoginOptions): Promise<Login> {
  const { where } = options;
  const refused = REFUSED.find((key) => user[key]);
  if (refused)
    throw badAccess(where, `${refused} is not supported. Use a client certificate, token, tokenFile or exec`);
  const { token, tokenFile, exec } = user;
  const own = {
    cert: await pem(user, 'client-certificate', folder, where),
    key: await pem(user, 'client-key', folder, where),
  };
  if (tokenFile) {
    const renewToken = () => readToken(resolve(folder, tokenFile), where);
    return { tls: own, token: await renewToken(), renewToken };
  }
  if (token || !exec) return { tls: own, token };
  const ask = (isFresh: boolean): Promise<PluginAnswer> => askPlugin({ ...options, exec, folder, isFresh });
  const { token: given, cert = own.cert, key = own.key } = await ask(false);
  return { tls: { cert, key }, token: given, renewToken: async () => (await ask(true)).token };
}

/** The text of a token's file. */
export async function readToken(file: string, where: string): Promise<string> {
  return (await readText(file, where, 'tokenFile')).trim();
}

/** What is written in the kubeconfig itself has precedence over a file, as for kubectl. */
async function pem(
  from: Record<string, unknown>,
  key: string,
  folder: string,
  where: string,
): Promise<string | undefined> {
  const data = from[`${key}-data`] as string | undefined;
  if (data) return Buffer.from(data, 'base64').toString();
  const file = from[key] as string | undefined;
  return file === undefined ? undefined : readText(resolve(folder, file), where, key);
}

async function readText(file: string, where: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw badAccess(where, `${key}: the worker cannot read ${file} (${code})`);
  }
}
