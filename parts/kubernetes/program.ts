import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, keep } from '../find/cache';
import { inOneLine } from '../find/missing';
import { environment, findProgram, lastLines, run } from '../run/commands';
import { whyNoMachines } from './machine/machine';

/** The sources of the one program that is every part of Kubernetes, and what pins all that it is built of. */
const SOURCES = join(__dirname.replace(/\/dist(?=\/parts\/)/, ''), 'program');
const VERSION = '1.35.4';
/** The Gateway API, whose definitions are files of its Go module. Traefik 3.7 waits for ever without those of 1.5. */
const GATEWAY_API = {
  module: 'sigs.k8s.io/gateway-api@v1.5.1',
  sum: 'h1:RqVRIlkhLhUO8wOHKTLnTJA6o/1un4po4/6M1nRzdd0=',
  folder: 'config/crd/standard',
};

export interface KubernetesProgram {
  version: string;
  program: string;
  /** A file for each definition of the Gateway API. */
  gatewayApi: string;
}

/** Another one for other sources, so that what is cached is never older than they are. */
function folderName(): string {
  const hash = createHash('sha256').update(GATEWAY_API.module);
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCES, file)));
  return `kubernetes-${VERSION}-${hash.digest('hex').slice(0, 8)}`;
}

/** What Go has compiled, so that a build that was interrupted goes on where it was. 3 GB, and removed at its end. */
const compiled = () => join(cacheFolder(), 'kubernetes-build');
const failure = () => join(cacheFolder(), `${folderName()}.failed`);

const within = (folder: string): KubernetesProgram => ({
  version: VERSION,
  program: join(folder, 'kubernetes'),
  gatewayApi: join(folder, 'gateway-api'),
});

/** The program, where it has been built; else why not. Never waits. */
export function findKubernetesProgram(): KubernetesProgram | { missing: string } {
  const folder = join(cacheFolder(), folderName());
  if (existsSync(folder)) return within(folder);
  if (!findProgram('go')) return { missing: 'kubernetes: go is not on PATH to build it' };
  if (existsSync(failure())) return { missing: `kubernetes: ${readFileSync(failure(), 'utf8')}` };
  return { missing: 'kubernetes: it is still being built, which takes 10 minutes once: run again' };
}

/**
 * Builds the program, unless that was done, with the lowest priority: it takes 14 minutes of a processor. Several at once
 * build it once. On the signal it stops, and continues where it was the next time.
 */
export async function buildKubernetesProgram(signal?: AbortSignal): Promise<KubernetesProgram> {
  const fill = async (draft: string) => {
    rmSync(failure(), { force: true });
    try {
      await build(within(draft), signal);
      rmSync(compiled(), { recursive: true, force: true });
    } catch (error) {
      if (!signal?.aborted) writeFileSync(failure(), inOneLine(error));
      throw error;
    }
  };
  return within((await keep(folderName(), fill, signal)).folder);
}

/**
 * Begins to build the program where a cluster can be and it was not built yet; returns what stops that. So the first runs
 * of the tests build it beside what they do.
 */
export function buildInBackground(print: (line: string) => void): () => void {
  const found = findKubernetesProgram();
  if (whyNoMachines() || !('missing' in found) || !findProgram('go')) return () => undefined;
  const stop = new AbortController();
  const began = Date.now();
  buildKubernetesProgram(stop.signal).then(
    ({ version }) => print(`kubernetes ${version}, built  ${Math.round((Date.now() - began) / 1_000)} s`),
    (error: unknown) => stop.signal.aborted || print(`kubernetes: ${inOneLine(error)}`),
  );
  return () => stop.abort();
}

const COMPONENT = 'k8s.io/component-base/version';
const [MAJOR, MINOR] = VERSION.split('.');
const LINK = [
  '-s -w',
  `-X ${COMPONENT}.gitVersion=v${VERSION} -X ${COMPONENT}.gitMajor=${MAJOR} -X ${COMPONENT}.gitMinor=${MINOR}`,
  `-X ${COMPONENT}.gitTreeState=clean`,
].join(' ');

async function build({ program, gatewayApi }: KubernetesProgram, signal?: AbortSignal): Promise<void> {
  await copyGatewayApi(gatewayApi);
  const args = ['-n', '19', 'go', 'build', '-trimpath', '-ldflags', LINK, '-o', program, '.'];
  const env = { ...environment(), CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOCACHE: compiled() };
  let said = '';
  // A group of its own, because the compilers outlive `go`.
  const child = spawn('nice', args, { cwd: SOURCES, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = lastLines(said + text)));
  const stop = () => process.kill(-child.pid!, 'SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  process.once('exit', stop);
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  ).finally(() => {
    signal?.removeEventListener('abort', stop);
    process.off('exit', stop);
  });
  signal?.throwIfAborted();
  if (status !== 0) throw new Error(`go build ended with ${status}: ${said}`);
}

async function copyGatewayApi(to: string): Promise<void> {
  const env = { GOFLAGS: '-mod=mod' };
  const told = await run('go', ['mod', 'download', '-json', GATEWAY_API.module], { cwd: cacheFolder(), env });
  const { Dir, Sum } = JSON.parse(told) as { Dir: string; Sum: string };
  if (Sum !== GATEWAY_API.sum) throw new Error(`${GATEWAY_API.module} is ${Sum}, expected ${GATEWAY_API.sum}`);
  const from = join(Dir, GATEWAY_API.folder);
  mkdirSync(to);
  // What else is there is a policy for upgrades.
  for (const name of readdirSync(from).filter((file) => !file.includes('_vap_')))
    copyFileSync(join(from, name), join(to, name));
}
