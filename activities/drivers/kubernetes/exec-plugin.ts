import { resolve } from 'node:path';
import { runSecretCommand } from '../programs/secret-command';
import { badAccess } from './access';
import type { ExecPlugin, KubeconfigCluster } from './kubeconfig-file';

/** What EKS, GKE and AKS log in with: a program that prints an ExecCredential (client.authentication.k8s.io). */
export interface PluginAnswer {
  token?: string;
  cert?: string;
  key?: string;
}

interface AskPlugin {
  exec: ExecPlugin;
  /** That of the kubeconfig, which a command with a slash starts from. */
  folder: string;
  where: string;
  cluster: KubeconfigCluster;
  env: Record<string, string | undefined>;
  refuseProgram: (command: string[]) => Promise<string | undefined>;
  isFresh: boolean;
  signal?: AbortSignal;
}

const WITHIN_MS = 30_000;
/** Without an expiry of its own, an answer is kept for this long; with one, until a minute before. */
const KEPT_MS = 60_000;
const kept = new Map<string, { until: number; answer: PluginAnswer }>();

const API = /^client\.authentication\.k8s\.io\/(v1|v1beta1)$/;

/** Runs the program, if the worker may, and unless its last answer is still good. Its output is never shown. */
export async function askPlugin(ask: AskPlugin): Promise<PluginAnswer> {
  const { exec, folder, where, env, refuseProgram, isFresh, signal } = ask;
  if (!API.test(exec.apiVersion))
    throw badAccess(where, `exec.apiVersion is ${exec.apiVersion}. Expected client.authentication.k8s.io/v1`);
  const program = exec.command.includes('/') ? resolve(folder, exec.command) : exec.command;
  const command = [program, ...(exec.args ?? [])];
  const refusal = await refuseProgram(command);
  if (refusal) throw badAccess(where, `exec: ${refusal}`);
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const key = JSON.stringify([command, own, ask.cluster.server]);
  const known = kept.get(key);
  if (known && !isFresh && Date.now() < known.until) return known.answer;
  const ended = await runSecretCommand(command, { ...env, ...own, ...infoFor(ask) }, WITHIN_MS, signal);
  if (ended.end === 'missing') throw badAccess(where, `exec: the worker cannot run ${program} (${ended.why})`);
  if (ended.end === 'late')
    throw badAccess(where, `exec: ${program} did not finish within ${WITHIN_MS / 1_000} s. Does it wait for a login?`);
  if (ended.status !== 0)
    throw badAccess(where, `exec: ${program} ended with exit status ${ended.status ?? 'of a signal'}`);
  const { answer, until } = readCredential(ended.stdout, `${where}: exec: ${program}`);
  kept.set(key, { until, answer });
  return answer;
}

function readCredential(text: string, where: string): { answer: PluginAnswer; until: number } {
  const { status } = parse(text, where);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status ?? {};
  if (!token && !cert) throw badAccess(where, 'its answer has neither a token nor a certificate');
  const until = expirationTimestamp ? Date.parse(expirationTimestamp) - 60_000 : Date.now() + KEPT_MS;
  return { answer: { token, cert, key }, until };
}

interface ExecCredential {
  status?: { token?: string; clientCertificateData?: string; clientKeyData?: string; expirationTimestamp?: string };
}

function parse(text: string, where: string): ExecCredential {
  try {
    return (JSON.parse(text) as ExecCredential | null) ?? {};
  } catch {
    throw badAccess(where, 'it prints no JSON. Expected an ExecCredential');
  }
}

/** What a plugin is told. Nobody is there to type an answer. */
function infoFor({ exec, cluster }: AskPlugin): Record<string, string> {
  const { server, 'certificate-authority-data': data, 'tls-server-name': name } = cluster;
  const about = {
    server,
    ...(data && { 'certificate-authority-data': data }),
    ...(name && { 'tls-server-name': name }),
  };
  const spec = { interactive: false, ...(exec.provideClusterInfo && { cluster: about }) };
  return {
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec }),
  };
}
