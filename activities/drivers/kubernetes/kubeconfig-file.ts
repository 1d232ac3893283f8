import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { badAccess } from './access';

const text = z.string().min(1).optional();

const EXEC = z.looseObject({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  provideClusterInfo: z.boolean().optional(),
});

const CLUSTER = z.looseObject({
  server: z.url(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
  'proxy-url': text,
});

const USER = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  exec: EXEC.nullish(),
});

const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const KUBECONFIG = z.looseObject({
  'current-context': z.string().nullish(),
  contexts: list(
    z.object({ name: z.string(), context: z.looseObject({ cluster: z.string(), user: text, namespace: text }) }),
  ),
  clusters: list(z.object({ name: z.string(), cluster: CLUSTER })),
  users: list(z.object({ name: z.string(), user: USER.nullish() })),
});

export type KubeconfigCluster = z.infer<typeof CLUSTER>;
export type KubeconfigUser = z.infer<typeof USER>;
export type ExecPlugin = z.infer<typeof EXEC>;

export interface Kubeconfig {
  /** For messages. */
  file: string;
  /** What its relative paths start from. */
  folder: string;
  content: z.infer<typeof KUBECONFIG>;
}

/** The files that apply: the one that is named, else those of KUBECONFIG, else the person's own. */
export function kubeconfigFiles(named: string | undefined, env: Record<string, string | undefined>): string[] {
  if (named) return [resolve(named)];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  return listed.length > 0 ? listed : [join(env['HOME'] || homedir(), '.kube', 'config')];
}

/** Reads them in order. Of several, missing ones count for nothing; one at least must exist. */
export async function readKubeconfigFiles(files: string[]): Promise<Kubeconfig[]> {
  const read = (await Promise.all(files.map(readOne))).filter((one) => one !== undefined);
  if (read.length > 0) return read;
  throw badAccess(
    `kubeconfig ${files.join(', ')}`,
    'the worker has no such file. Create it, readable by the worker, or say where it is: kubernetes.kubeconfig or KUBECONFIG',
  );
}

async function readOne(file: string): Promise<Kubeconfig | undefined> {
  const where = `kubeconfig ${file}`;
  const written = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw badAccess(where, `the worker cannot read it (${error.code})`);
  });
  if (written === undefined) return undefined;
  const content = KUBECONFIG.safeParse(parseYaml(written, where));
  if (content.success) return { file, folder: dirname(file), content: content.data };
  const [issue] = content.error.issues;
  throw badAccess(where, `${issue!.path.join('.') || 'the file'}: ${issue!.message}. Expected a kubeconfig`);
}

function parseYaml(written: string, where: string): unknown {
  try {
    return parse(written);
  } catch {
    // The parser's message shows the line, which may hold a login.
    throw badAccess(where, 'it is no YAML. Expected a kubeconfig');
  }
}
